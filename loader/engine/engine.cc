#include "pagehaul/engine.h"

#include <curl/curl.h>

#include <array>

#include "engine/engine_core.h"

namespace pagehaul {

std::string_view event_name(RequestEvent event) {
  switch (event) {
    case RequestEvent::Created:
      return "created";
    case RequestEvent::Queued:
      return "queued";
    case RequestEvent::DetectingProxy:
      return "detecting-proxy";
    case RequestEvent::ResolvingName:
      return "resolving-name";
    case RequestEvent::NameResolved:
      return "name-resolved";
    case RequestEvent::Connecting:
      return "connecting";
    case RequestEvent::Connected:
      return "connected";
    case RequestEvent::TlsEstablished:
      return "tls-established";
    case RequestEvent::CookieSent:
      return "cookie-sent";
    case RequestEvent::CookieReceived:
      return "cookie-received";
    case RequestEvent::SendingRequest:
      return "sending-request";
    case RequestEvent::RequestSent:
      return "request-sent";
    case RequestEvent::InterimResponse:
      return "interim-response";
    case RequestEvent::HeadersReceived:
      return "headers-received";
    case RequestEvent::Progress:
      return "progress";
    case RequestEvent::Redirect:
      return "redirect";
    case RequestEvent::StateChange:
      return "state-change";
    case RequestEvent::ClosingConnection:
      return "closing-connection";
    case RequestEvent::ConnectionClosed:
      return "connection-closed";
    case RequestEvent::Retrying:
      return "retrying";
    case RequestEvent::Complete:
      return "complete";
    case RequestEvent::Closing:
      return "closing";
  }
  return "unknown";
}

RequestId RequestHandle::id() const {
  return state_ ? state_->id : 0;
}

void RequestHandle::cancel() const {
  if (!state_) return;
  state_->request_cancel();
  state_->core()->cancel(state_->id);
}

void RequestHandle::resume() const {
  if (state_) state_->core()->resume(state_->id);
}

void RequestHandle::set_priority(Priority priority) const {
  if (state_) state_->core()->set_priority(state_->id, priority);
}

Engine::Engine(EngineOptions options) {
  if (options.user_agent.empty()) options.user_agent = "pagehaul/" PAGEHAUL_VERSION;
  core_ = std::make_shared<EngineCore>(std::move(options));
  core_->run();
}

Engine::~Engine() {
  core_->stop();
}

RequestHandle Engine::start(Request request) {
  return RequestHandle(core_->start(std::move(request), nullptr));
}

Response Engine::fetch(Request request) {
  Response response;
  if (core_->on_io_thread()) {
    response.completion.status =
        Status(ErrorKind::Usage, "fetch() was called from a callback, where it could never end");
    return response;
  }
  const std::uint64_t limit = core_->options().max_collected_bytes;
  const auto body = std::make_shared<std::string>();
  if (!request.on_body) {
    if (request.max_body_bytes == 0 || request.max_body_bytes > limit) request.max_body_bytes = limit;
    request.on_body = [body](RequestId, std::string&& bytes) {
      body->append(bytes);
      return true;
    };
  }
  response.completion = core_->perform(std::move(request));
  response.body = std::move(*body);
  return response;
}

void Engine::cancel_all() {
  core_->cancel_all();
}

std::optional<std::string> Engine::hsts_upgrade(std::string_view url) const {
  return core_->hsts_upgrade(url);
}

void Engine::set_callback(EventCallback on_event) {
  core_->set_callback(std::move(on_event));
}

void Engine::resume(RequestId id) {
  core_->resume(id);
}

Engine::Counts Engine::counts() const {
  return core_->counts();
}

std::string engine_library_version() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  std::string text = curl_version();
  text += "\nfeatures:";
  static constexpr std::array<std::pair<int, const char*>, 8> kFeatures = {{{CURL_VERSION_HTTP2, "HTTP2"},
                                                                            {CURL_VERSION_SSL, "TLS"},
                                                                            {CURL_VERSION_ASYNCHDNS, "AsynchDNS"},
                                                                            {CURL_VERSION_IDN, "IDN"},
                                                                            {CURL_VERSION_IPV6, "IPv6"},
                                                                            {CURL_VERSION_PSL, "PSL"},
                                                                            {CURL_VERSION_HSTS, "HSTS"},
                                                                            {CURL_VERSION_HTTP3, "HTTP3"}}};
  for (const auto& [bit, name] : kFeatures) {
    if ((info->features & bit) != 0) text.append(" ").append(name);
  }
  return text;
}

}  // namespace pagehaul
