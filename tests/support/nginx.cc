#include "support/nginx.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "support/certificates.h"

namespace test_support {
namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr std::string_view kReadyPath = "/.ready";

constexpr std::string_view kHttpBlock = R"(
  default_type application/octet-stream;
  types { text/html html; text/css css; text/javascript js; image/png png; image/svg+xml svg; text/plain txt; }
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  log_format json escape=json '{"scheme":"$scheme","host":"$host","method":"$request_method","target":"$request_uri",'
    '"protocol":"$server_protocol","http2":"$http2","tls":"$ssl_protocol","reused":"$ssl_session_reused","user_agent":"$http_user_agent","status":$status,'
    '"connection":$connection,"connection_requests":$connection_requests}';
  access_log /dev/stdout json;
  keepalive_requests 100000;
  ssl_protocols TLSv1.2 TLSv1.3;
  server_tokens off;
)";

[[noreturn]] void fail_nginx(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), "nginx: " + what);
}

NginxAccess parse_access(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  NginxAccess access;
  access.scheme = json.at("scheme");
  access.host = json.at("host");
  access.method = json.at("method");
  access.target = json.at("target");
  access.protocol = json.at("protocol");
  access.http2 = json.at("http2");
  access.tls = json.at("tls");
  access.tls_resumed = json.at("reused") == "r";
  access.user_agent = json.at("user_agent");
  access.status = json.at("status");
  access.connection = json.at("connection");
  access.connection_requests = json.at("connection_requests");
  return access;
}

// Between fork and exec only async-signal-safe calls are allowed, since other threads may hold locks.
[[noreturn]] void become_nginx(char* const* arguments, char* const* environment, int log_fd,
                               std::array<int, 2> inherited) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // also when the test crashes
  ::dup2(log_fd, STDOUT_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);  // what it says goes to error.log too
  for (const int fd : inherited) ::fcntl(fd, F_SETFD, 0);
  ::execve(kNginx, arguments, environment);
  ::_exit(127);
}

}  // namespace

Nginx::Nginx(const NginxOptions& options) : tls_(listen_on_loopback(511)), plain_(listen_on_loopback(511)) {
  write_certificates(options.names);
  folder_.put("nginx.conf", configuration(options));
  std::filesystem::create_directory(folder_.path() / "html");
  start();
  log_reader_ = std::thread([this] { read_access_log(); });
  try {
    check_that_it_answers();
  } catch (...) {
    stop();
    throw;
  }
}

Nginx::~Nginx() {
  stop();
}

void Nginx::write_certificates(const std::string& names) const {
  using std::chrono::hours, std::chrono::system_clock;
  const CertificateAuthority authority, unknown;
  folder_.put("ca.pem", authority.certificate_pem());
  const auto write = [&](const std::string& name, const Certificate& certificate) {
    folder_.put(name + ".crt", certificate.certificate_pem);
    folder_.put(name + ".key", certificate.key_pem);
  };
  write("good", authority.issue({.names = names}));
  write("expired", authority.issue({.names = "DNS:expired.localhost",
                                    .not_before = system_clock::now() - hours(48),
                                    .not_after = system_clock::now() - hours(24)}));
  write("wrong-name", authority.issue({.names = "DNS:example.org"}));
  write("untrusted", unknown.issue({.names = "DNS:untrusted.localhost"}));
}

std::string Nginx::configuration(const NginxOptions& options) const {
  std::string text = "daemon off;\nworker_processes 1;\nerror_log error.log;\npid nginx.pid;\n";
  if (::geteuid() == 0) text += "user root;\n";  // else the worker could not read the folder
  text += "events { worker_connections 1024; }\nhttp {\n";
  text.append(kHttpBlock).append(options.http_config).append("\n");
  const std::array<std::array<std::string, 2>, 4> servers{{{"_", "good"},
                                                           {"expired.localhost", "expired"},
                                                           {"wrong-name.localhost", "wrong-name"},
                                                           {"untrusted.localhost", "untrusted"}}};
  for (const auto& [name, certificate] : servers) {
    text += "server {\n  server_name " + name + ";\n  root html;\n";
    text += "  listen 127.0.0.1:" + std::to_string(tls_.port) + " ssl" + (options.http2 ? " http2" : "") + ";\n";
    text += "  listen 127.0.0.1:" + std::to_string(plain_.port) + ";\n";
    text += "  ssl_certificate " + certificate + ".crt;\n  ssl_certificate_key " + certificate + ".key;\n";
    text.append("  location = ").append(kReadyPath).append(" { access_log off; return 204; }\n");
    text.append(options.server_config).append("\n}\n");
  }
  return text + "}\n";
}

void Nginx::start() {
  if (::access(kNginx, X_OK) != 0) {
    throw std::runtime_error(std::string(kNginx) +
                             " is missing: install Debian's package nginx-light (or ./dev install-deps)");
  }
  std::array<int, 2> log_pipe{};
  if (::pipe2(log_pipe.data(), O_CLOEXEC) != 0) fail_nginx("pipe");
  log_fd_ = log_pipe[0];
  const std::string prefix = folder_.path().string();
  const std::string config = (folder_.path() / "nginx.conf").string(), errors = (folder_.path() / "error.log").string();
  // As when nginx replaces itself: these descriptors are listening sockets, to be used where the configuration says
  // "listen".
  std::string sockets = "NGINX=" + std::to_string(tls_.fd) + ';' + std::to_string(plain_.fd) + ';';
  std::array<std::string, 7> words{kNginx, "-p", prefix, "-c", config, "-e", errors};
  std::array<char*, 8> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::array<char*, 2> environment{sockets.data(), nullptr};
  process_ = ::fork();
  if (process_ == 0) become_nginx(arguments.data(), environment.data(), log_pipe[1], {tls_.fd, plain_.fd});
  const int error = errno;
  ::close(log_pipe[1]);
  for (ListeningSocket* port : {&tls_, &plain_}) ::close(std::exchange(port->fd, -1));
  errno = error;
  if (process_ < 0) fail_nginx("fork");
}

// Its sockets are closed when nginx has ended, so this ends either way.
void Nginx::check_that_it_answers() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(plain_.port);
  const std::string request = "GET " + std::string(kReadyPath) + " HTTP/1.0\r\n\r\n";
  std::array<char, 16> answer{};
  const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0 &&
                        ::recv(fd, answer.data(), answer.size() - 1, 0) > 0 &&
                        std::string_view(answer.data()).starts_with("HTTP/1.1 204");
  ::close(fd);
  if (answered) return;
  const auto errors = folder_.path() / "error.log";
  throw std::runtime_error("nginx does not start: " +
                           (std::filesystem::exists(errors) ? read_file(errors) : std::string()));
}

void Nginx::read_access_log() {
  std::string rest;
  std::array<char, 16384> block;
  for (;;) {
    const ssize_t got = ::read(log_fd_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    rest.append(block.data(), static_cast<std::size_t>(got));
    const std::lock_guard lock(mutex_);
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      access_.push_back(parse_access(rest.substr(0, end)));
      rest.erase(0, end + 1);
    }
    logged_.notify_all();
  }
}

std::vector<NginxAccess> Nginx::access() const {
  const std::lock_guard lock(mutex_);
  return access_;
}

std::vector<NginxAccess> Nginx::wait_for_access(std::size_t count, std::chrono::milliseconds deadline) const {
  std::unique_lock lock(mutex_);
  if (logged_.wait_for(lock, deadline, [&] { return access_.size() >= count; })) return access_;
  std::string seen;
  for (const auto& one : access_) seen += "\n  " + one.method + ' ' + one.scheme + "://" + one.host + one.target;
  throw std::runtime_error("nginx: " + std::to_string(count) + " requests were waited for, these were logged:" + seen);
}

void Nginx::put(std::string_view path, std::string_view bytes) const {
  folder_.put(std::filesystem::path("html") / path.substr(path.starts_with('/') ? 1 : 0), bytes);
}

std::string Nginx::url(std::string_view path, std::string_view host) const {
  return "https://" + std::string(host) + ':' + std::to_string(tls_.port) + std::string(path);
}

std::string Nginx::plain_url(std::string_view path, std::string_view host) const {
  return "http://" + std::string(host) + ':' + std::to_string(plain_.port) + std::string(path);
}

void Nginx::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
  }
  if (log_reader_.joinable()) log_reader_.join();
  if (log_fd_ >= 0) ::close(std::exchange(log_fd_, -1));
}

}  // namespace test_support
