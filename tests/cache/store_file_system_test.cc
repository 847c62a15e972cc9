#include "store/file_system.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

namespace pagehaul::store {
namespace {

TEST(StoreFileSystem, NetworksAreKnownByTheirNumbers) {
  EXPECT_EQ(network_file_system_name(NFS_SUPER_MAGIC), "NFS");
  EXPECT_EQ(network_file_system_name(SMB_SUPER_MAGIC), "SMB");
  EXPECT_EQ(network_file_system_name(CODA_SUPER_MAGIC), "Coda");
  EXPECT_EQ(network_file_system_name(AFS_SUPER_MAGIC), "AFS");
  EXPECT_EQ(network_file_system_name(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system_name(0xFFFFFFFFFF534D42), "CIFS") << "f_type is signed on some machines";
}

TEST(StoreFileSystem, LocalOnesAreNone) {
  for (const unsigned long magic : {0xEF53UL, 0x9123683EUL, 0x58465342UL, 0x01021994UL, 0x794C7630UL, 0x9660UL})
    EXPECT_EQ(network_file_system_name(magic), "") << std::hex << magic;
  EXPECT_EQ(network_file_system_of("/proc/self/exe"), "");
  EXPECT_EQ(network_file_system_of("/no/such/file"), "");
}

}  // namespace
}  // namespace pagehaul::store
