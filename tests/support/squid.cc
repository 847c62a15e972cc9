#include "support/squid.h"

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

#include "support/certificates.h"
#include "support/loopback.h"

namespace test_support {
namespace {

constexpr const char* kSquid = "/usr/sbin/squid";
// "secret", as `openssl passwd -apr1 -salt pagehaul secret` writes it.
constexpr const char* kPasswords = "user:$apr1$pagehaul$/sKyPy9cYUtQ1UaaDuKMc0\n";

}  // namespace

Squid::Squid(bool tls) : tls_(tls) {
  if (::access(kSquid, X_OK) != 0) {
    throw std::runtime_error(std::string(kSquid) +
                             " is missing: install Debian's package squid (or ./dev install-deps)");
  }
  folder_.put("passwords", kPasswords);
  if (tls_) {
    const CertificateAuthority authority;
    const Certificate certificate = authority.issue({.names = "IP:127.0.0.1"});
    folder_.put("ca.pem", authority.certificate_pem());
    folder_.put("proxy.crt", certificate.certificate_pem);
    folder_.put("proxy.key", certificate.key_pem);
  }
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);  // squid gives up root by itself
  name_ = "pagehaul" + std::to_string(::getpid());
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (start()) return;
    stop();
  }
  throw std::runtime_error("squid does not start: " + process_.said());
}

Squid::~Squid() {
  stop();
}

// False when it ended instead of listening.
bool Squid::start() {
  port_ = free_port();
  const std::string folder = folder_.path().string();
  const std::string listen = "127.0.0.1:" + std::to_string(port_);
  const std::string tls = " tls-cert=" + folder + "/proxy.crt tls-key=" + folder + "/proxy.key";
  folder_.put("squid.conf", (tls_ ? "https_port " + listen + tls : "http_port " + listen) +
                                "\n"
                                "pid_filename none\ncache deny all\ncache_log /dev/null\naccess_log none\n"
                                "cache_store_log none\nmax_filedescriptors 1024\nshutdown_lifetime 0 seconds\n"
                                "visible_hostname squid.localhost\nnetdb_filename none\npinger_enable off\n"
                                "coredump_dir " +
                                folder +
                                "\n"
                                "auth_param basic program /usr/lib/squid/basic_ncsa_auth " +
                                folder +
                                "/passwords\n"
                                "auth_param basic children 1 startup=1 idle=1\nauth_param basic realm pagehaul\n"
                                "acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all\n");
  return process_.start({kSquid, "-N", "-n", name_, "-d", "1", "-f", folder + "/squid.conf"}, "Socket connections at");
}

void Squid::stop() {
  if (!process_.stop()) return;
  for (const char* segment : {"-cf__metadata.shm", "-cf__queues.shm", "-cf__readers.shm"})
    ::shm_unlink(("/" + name_ + segment).c_str());
}

}  // namespace test_support
