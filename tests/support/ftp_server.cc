#include "support/ftp_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <system_error>

#include "support/certificates.h"
#include "support/loopback.h"

namespace test_support {
namespace {

constexpr const char* kProftpd = "/usr/sbin/proftpd";
constexpr uid_t kNobody = 65534;
constexpr const char* kModule = "/usr/lib/proftpd/mod_tls.so";

// crypt(3), SHA-512: of "secret", and of what curl sends for anonymous, "ftp@example.com".
constexpr std::string_view kSecret =
    "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.";
constexpr std::string_view kAnonymous =
    "$6$abcdefgh$detTeaflHnJfnfRCWX4o1ByvnHVddPDSEr3aY9wkkFia40z8cW8qWB2TlggNUuPgAhZryFD8FE/HjvwQvamaV.";

[[noreturn]] void fail_proftpd(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), "proftpd: " + what);
}

// Between fork and exec only async-signal-safe calls are allowed, since other threads may hold locks.
[[noreturn]] void become_proftpd(char* const* arguments, int connection) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test crashes
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(connection, STDIN_FILENO);
  ::dup2(connection, STDOUT_FILENO);
  ::dup2(nothing, STDERR_FILENO);  // what it says goes to the log too
  std::array<char*, 1> environment{nullptr};
  ::execve(kProftpd, arguments, environment.data());
  ::_exit(127);
}

}  // namespace

bool FtpServer::is_installed() {
  return ::access(kProftpd, X_OK) == 0 && ::access(kModule, R_OK) == 0;
}

std::string FtpServer::missing() {
  return "no FTP server: install Debian's packages proftpd-core and proftpd-mod-crypto (or ./dev install-deps)";
}

FtpServer::FtpServer(const FtpServerOptions& options) {
  std::filesystem::create_directory(root());
  const bool superuser = ::geteuid() == 0;
  // Logins have a uid; root's own is not let in, so there is another one that may write everything here.
  const std::string ids = superuser ? std::to_string(kNobody) + ":" + std::to_string(kNobody)
                                    : std::to_string(::geteuid()) + ":" + std::to_string(::getegid());
  std::string users;
  users.append("ada:").append(kSecret).append(":").append(ids).append("::").append(root()).append(":/bin/false\n");
  users.append("anonymous:")
      .append(kAnonymous)
      .append(":")
      .append(ids)
      .append("::")
      .append(root())
      .append(":/bin/false\n");
  folder_.put("users", users);
  folder_.put("groups", "everybody:x:" + ids.substr(ids.find(':') + 1) + ":\n");
  if (superuser) {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    if (::chown(root().c_str(), kNobody, kNobody) != 0) fail_proftpd("chown");
  }
  for (const char* name : {"users", "groups"})
    std::filesystem::permissions(folder_.path() / name, std::filesystem::perms(0600));
  const CertificateAuthority authority;
  const Certificate certificate = authority.issue({.names = options.names});
  folder_.put("ca.pem", authority.certificate_pem());
  folder_.put("server.crt", certificate.certificate_pem);
  folder_.put("server.key", certificate.key_pem);
  std::filesystem::permissions(folder_.path() / "server.key", std::filesystem::perms(0600));
  folder_.put("proftpd.conf", configuration(options));
  listen();
  thread_ = std::thread([this] { accept_connections(); });
}

FtpServer::~FtpServer() {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
  thread_.join();
  reap(true);
  ::close(listener_);
  ::close(wake_);
}

std::string FtpServer::configuration(const FtpServerOptions& options) const {
  const std::string here = folder_.path().string() + "/";
  std::string text = R"(
ServerType inetd
ServerName test
ServerIdent on "ready"
DefaultServer on
UseIPv6 off
UseReverseDNS off
DelayEngine off
DelayTable none
WtmpLog off
TransferLog none
TimesGMT on
MaxInstances none
AuthOrder mod_auth_file.c
AuthPAM off
RequireValidShell off
AllowOverwrite on
AllowStoreRestart on
AllowRetrieveRestart on
ControlsEngine off
LogFormat commands "%r"
<Limit WRITE>
  DenyUser anonymous
</Limit>
)";
  if (::geteuid() == 0) {
    text += "User nobody\nGroup nogroup\n";
  } else {
    const passwd* const user = ::getpwuid(::geteuid());
    const group* const own = ::getgrgid(::getegid());
    if (user == nullptr || own == nullptr) fail_proftpd("the user of the test, or its group, has no name");
    text += std::string("User ") + user->pw_name + "\nGroup " + own->gr_name + "\n";
  }
  text += "PidFile " + here + "pid\nScoreboardFile " + here + "scoreboard\nSystemLog " + here + "log\n";
  text += "AuthUserFile " + here + "users\nAuthGroupFile " + here + "groups\n";
  text += "ExtendedLog " + here + "commands ALL commands\n";
  if (options.tls) {
    text += "LoadModule mod_tls.c\nTLSEngine on\nTLSProtocol TLSv1.2 TLSv1.3\nTLSLog " + here + "tls.log\n";
    text += "TLSECCertificateFile " + here + "server.crt\nTLSECCertificateKeyFile " + here + "server.key\n";
    text += std::string("TLSRequired ") + (options.tls_required ? "on" : "off") + "\n";
  }
  return text + options.config + "\n";
}

void FtpServer::listen() {
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (wake_ < 0) fail_proftpd("eventfd");
  const ListeningSocket socket = listen_on_loopback(64);
  listener_ = socket.fd;
  port_ = socket.port;
}

void FtpServer::accept_connections() {
  std::array<std::string, 4> words{kProftpd, "-q", "-c", (folder_.path() / "proftpd.conf").string()};
  std::array<char*, 5> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::array<pollfd, 2> watched{pollfd{listener_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const pid_t process = ::fork();
    if (process == 0) become_proftpd(arguments.data(), connection);
    ::close(connection);
    const std::lock_guard lock(mutex_);
    ++connections_;
    if (process > 0) processes_.push_back(process);
  }
}

void FtpServer::drop_connections() {
  reap(true);
}

// Waits for those that have ended, or ends all of them.
void FtpServer::reap(bool all) {
  const std::lock_guard lock(mutex_);
  std::erase_if(processes_, [all](pid_t process) {
    if (all) ::kill(process, SIGKILL);
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(process, &status, all ? 0 : WNOHANG);
    } while (ended < 0 && errno == EINTR);
    return ended != 0;
  });
}

std::string FtpServer::url(std::string_view path, std::string_view user) const {
  return "ftp://" + std::string(user) + "127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void FtpServer::put(const std::string& path, std::string_view bytes) const {
  folder_.put("root/" + path, bytes);
  if (::geteuid() != 0) return;
  for (auto at = root() / path; at != root(); at = at.parent_path()) {
    if (::chown(at.c_str(), kNobody, kNobody) != 0) fail_proftpd("chown");
  }
}

std::string FtpServer::read(const std::string& path) const {
  std::ifstream file(root() / path, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int FtpServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::vector<std::string> FtpServer::commands() const {
  std::ifstream file(folder_.path() / "commands");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace test_support
