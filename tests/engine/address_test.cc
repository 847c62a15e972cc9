#include <gtest/gtest.h>

#include "pagehaul/engine.h"

namespace pagehaul {
namespace {

TEST(AddressPolicy, PrivateAddressesInEverySpellingArePrivate) {
  for (const char* address : {"127.0.0.1",
                              "127.255.255.254",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "100.127.255.255",
                              "0.0.0.0",
                              "0.1.2.3",
                              "224.0.0.1",
                              "255.255.255.255",
                              "198.18.0.1",
                              "192.0.2.5",
                              "198.51.100.1",
                              "203.0.113.9",
                              "::1",
                              "::",
                              "fe80::1",
                              "fe80::1%eth0",
                              "fec0::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.1.2.3",
                              "[::1]",
                              "64:ff9b::7f00:1",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::",
                              "2002:0a00:0001::1",
                              "2001:db8::1",
                              "2001::1",
                              "100::1",
                              "::127.0.0.1",
                              "not an address",
                              ""}) {
    EXPECT_TRUE(is_private_address(address)) << address;
  }
}

TEST(AddressPolicy, GlobalAddressesAreNot) {
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0",
        "100.63.255.255", "100.128.0.0", "169.253.0.1", "192.167.255.255", "223.255.255.255", "2606:4700::1111",
        "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:0808:0808::1", "[2606:4700::1111]"}) {
    EXPECT_FALSE(is_private_address(address)) << address;
  }
}

}  // namespace
}  // namespace pagehaul
