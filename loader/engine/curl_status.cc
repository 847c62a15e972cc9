#include "engine/curl_status.h"

#include <string>

namespace pagehaul {
namespace {

ErrorKind kind_of(CURLcode code, RequestPhase phase) {
  switch (code) {
    case CURLE_OK:
      return ErrorKind::Ok;
    case CURLE_UNSUPPORTED_PROTOCOL:  // also what curl says of a response that is not HTTP
      return phase >= RequestPhase::Sending ? ErrorKind::Protocol : ErrorKind::InvalidUrl;
    case CURLE_URL_MALFORMAT:
      return ErrorKind::InvalidUrl;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return ErrorKind::Resolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return ErrorKind::Connect;
    case CURLE_PARTIAL_FILE:
      return ErrorKind::Truncated;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return ErrorKind::ConnectionLost;
    case CURLE_OPERATION_TIMEDOUT:
      if (phase == RequestPhase::Resolving) return ErrorKind::ResolveTimeout;
      return phase <= RequestPhase::Connecting ? ErrorKind::ConnectTimeout : ErrorKind::StallTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return ErrorKind::Tls;
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
      return ErrorKind::Authentication;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorKind::Protocol;
    case CURLE_OUT_OF_MEMORY:
      // curl 7.88 says so of a header line longer than 100 KB.
      return phase >= RequestPhase::Sending ? ErrorKind::Protocol : ErrorKind::Internal;
    default:
      return ErrorKind::Internal;
  }
}

}  // namespace

Status status_from_curl(CURLcode code, std::string_view detail, RequestPhase phase, std::string_view host) {
  const ErrorKind kind = kind_of(code, phase);
  if (kind == ErrorKind::Ok) return {};
  std::string message;
  switch (kind) {
    case ErrorKind::Resolve:
      message = "the name " + std::string(host) + " has no address";
      break;
    case ErrorKind::Connect:
      message = "no connection to " + std::string(host);
      break;
    case ErrorKind::ConnectionLost:
      message = "the connection to " + std::string(host) + " broke";
      break;
    case ErrorKind::Truncated:
      message = "the response ended before it was complete";
      break;
    case ErrorKind::Tls:
      message = "no trusted TLS connection to " + std::string(host);
      break;
    case ErrorKind::Protocol:
      message = std::string(host) + " does not keep to the protocol";
      break;
    default:
      message = "the transfer failed";
      break;
  }
  if (kind == ErrorKind::Protocol && code == CURLE_OUT_OF_MEMORY) {
    detail = "a header line of over 100 KB";
  } else if (detail.empty()) {
    detail = curl_easy_strerror(code);
  }
  message.append(" (").append(detail).append(")");
  return Status(kind, std::move(message));
}

}  // namespace pagehaul
