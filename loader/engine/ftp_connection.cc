#include "engine/engine_core.h"
#include "engine/ftp_call.h"
#include "engine/ftp_files.h"
#include "engine/ftp_path.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// Those whose end changes the server report to the connection's own context (WinINet's rule).
bool reports_to_connection(FtpOperation operation) {
  switch (operation) {
    case FtpOperation::CreateDirectory:
    case FtpOperation::RemoveDirectory:
    case FtpOperation::SetDirectory:
    case FtpOperation::GetDirectory:
    case FtpOperation::Delete:
    case FtpOperation::Rename:
      return true;
    default:
      return false;
  }
}

std::string unique_queue(const std::string& origin, const void* session) {
  return origin + " " + std::to_string(reinterpret_cast<std::uintptr_t>(session));
}

}  // namespace

std::string ftp_path_of(std::string_view text) {
  const auto url = Url::parse(text);
  if (!url || !url->path().starts_with('/')) return {};
  return percent_decode(std::string_view(url->path()).substr(1));
}

struct FtpConnection::Impl {
  std::shared_ptr<EngineCore> core;
  FtpOptions options;
  std::shared_ptr<FtpSession> session;
  std::string url, queue;

  // The engine's request for an operation, and the lane it needs.
  Request request_for(FtpRequest ftp, RequestLane& lane) const {
    Request request;
    request.url = url;
    request.method = ftp_operation_name(ftp.operation);
    request.user = options.user;
    const bool own = reports_to_connection(ftp.operation);
    request.context = own ? options.context : ftp.context.value_or(options.context);
    request.on_event = !own && ftp.on_event ? std::move(ftp.on_event) : options.on_event;
    request.timeouts = options.timeouts;
    request.max_redirects = 0;
    request.max_body_bytes = ftp.operation == FtpOperation::Retrieve ? ftp.max_body_bytes : 0;
    request.refuse_private_addresses = options.refuse_private_addresses;
    if (!ftp.local_file.empty()) use_local_file(ftp, lane);
    request.on_body = std::move(ftp.on_body);
    auto call = std::make_shared<FtpCall>();
    call->request = std::move(ftp);
    call->tls = options.tls;
    call->netrc_file = options.netrc_file;
    call->max_listing_bytes = options.max_listing_bytes;
    call->max_listing_entries = options.max_listing_entries;
    call->session = session;
    call->queue = queue;
    request.ftp = std::move(call);
    return request;
  }

  void use_local_file(FtpRequest& ftp, RequestLane& lane) const {
    if (ftp.operation == FtpOperation::Store) {
      ftp.source = [sender = std::make_shared<FtpFileSender>(core, ftp.local_file)](RequestId id) {
        return sender->next(id);
      };
    } else if (ftp.operation == FtpOperation::Retrieve) {
      const auto receiver = std::make_shared<FtpFileReceiver>(core, ftp.local_file, ftp.resume_from);
      ftp.on_body = [receiver](RequestId id, std::string&& bytes) { return receiver->take(id, std::move(bytes)); };
      lane.run = [files = &core->file_thread()](std::function<void()> job) { files->post(std::move(job)); };
      lane.before_complete = [receiver](Completion& completion) { receiver->conclude(completion); };
    }
  }
};

FtpConnection::FtpConnection(Engine& engine, FtpOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->core = engine.core_;
  impl_->options = std::move(options);
  impl_->url = impl_->options.url;
  std::string directory;
  if (auto url = Url::parse(impl_->url); url && url->scheme() == "ftp") {
    directory = resolve_ftp_path("", ftp_path_of(impl_->url));
    impl_->queue = url->origin();
  }
  impl_->session = std::make_shared<FtpSession>(std::move(directory));
  impl_->queue = unique_queue(impl_->queue, impl_->session.get());
}

FtpConnection::~FtpConnection() = default;

RequestHandle FtpConnection::start(FtpRequest request) {
  RequestLane lane;
  Request plain = impl_->request_for(std::move(request), lane);
  return RequestHandle(impl_->core->start(std::move(plain), nullptr, std::move(lane)));
}

Completion FtpConnection::perform(FtpRequest request) {
  Completion ended;
  if (inside_callback() || impl_->core->on_io_thread()) {
    ended.status = Status(ErrorKind::Usage, "perform() was called from a callback, where it could never end");
    return ended;
  }
  RequestLane lane;
  Request plain = impl_->request_for(std::move(request), lane);
  return impl_->core->perform(std::move(plain), std::move(lane));
}

RequestHandle FtpConnection::get_file(std::string path, std::string local_file) {
  FtpRequest request{FtpOperation::Retrieve, std::move(path)};
  request.local_file = std::move(local_file);
  return start(std::move(request));
}

RequestHandle FtpConnection::put_file(std::string local_file, std::string path) {
  FtpRequest request{FtpOperation::Store, std::move(path)};
  request.local_file = std::move(local_file);
  return start(std::move(request));
}

RequestHandle FtpConnection::open_for_reading(std::string path, BodyCallback on_body) {
  FtpRequest request{FtpOperation::Retrieve, std::move(path)};
  request.on_body = std::move(on_body);
  return start(std::move(request));
}

RequestHandle FtpConnection::open_for_writing(std::string path, FtpSource source) {
  FtpRequest request{FtpOperation::Store, std::move(path)};
  request.source = std::move(source);
  return start(std::move(request));
}

std::string FtpConnection::current_directory() const {
  return impl_->session->directory();
}

}  // namespace pagehaul
