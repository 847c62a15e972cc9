#include "support/squid.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "support/certificates.h"

namespace test_support {
namespace {

constexpr const char* kSquid = "/usr/sbin/squid";
// "secret", as `openssl passwd -apr1 -salt pagehaul secret` writes it.
constexpr const char* kPasswords = "user:$apr1$pagehaul$/sKyPy9cYUtQ1UaaDuKMc0\n";

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  const int error = errno;
  ::close(fd);
  if (!bound) throw std::system_error(error, std::generic_category(), "squid: no free port");
  return ntohs(address.sin_port);
}

[[noreturn]] void become_squid(char* const* arguments, char* const* environment, int words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test crashes
  ::dup2(words, STDERR_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
  ::execve(kSquid, arguments, environment);
  ::_exit(127);
}

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
  std::string said;
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (start(said)) return;
    stop();
  }
  throw std::runtime_error("squid does not start: " + said);
}

Squid::~Squid() {
  stop();
}

// False when it ended instead of listening.
bool Squid::start(std::string& said) {
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
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "squid: pipe");
  words_ = pipe[0];
  std::array<std::string, 8> words{kSquid, "-N", "-n", name_, "-d", "1", "-f", folder + "/squid.conf"};
  std::array<char*, 9> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path.data(), nullptr};
  process_ = ::fork();
  if (process_ == 0) become_squid(arguments.data(), environment.data(), pipe[1]);
  ::close(pipe[1]);
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "squid: fork");
  said.clear();
  std::array<char, 4096> block;
  while (said.find("Socket connections at") == std::string::npos) {
    const ssize_t got = ::read(words_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    said.append(block.data(), static_cast<std::size_t>(got));
  }
  return true;
}

void Squid::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
    for (const char* segment : {"-cf__metadata.shm", "-cf__queues.shm", "-cf__readers.shm"})
      ::shm_unlink(("/" + name_ + segment).c_str());
  }
  if (words_ >= 0) ::close(std::exchange(words_, -1));
}

}  // namespace test_support
