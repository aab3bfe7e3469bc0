#include "testing/memory_stream.h"

#include <utility>

#include "client/check_metadata.h"

namespace oofgg::testing {
namespace {

constexpr int kMaxOnTheirWay = 512;

}  // namespace

MemoryStream::MemoryStream(std::shared_ptr<MemoryLink> link, TransportCall call,
                           TransportStreamCallbacks callbacks)
    : link_(std::move(link)), call_(std::move(call)), callbacks_(std::move(callbacks)) {}

void MemoryStream::Start() {
  link_->streams_.insert(shared_from_this());
  auto self = shared_from_this();
  if (Status refused = internal::CheckMetadata(call_.metadata); !refused.ok()) {
    return link_->After(Duration::zero(), [self, refused] { self->ReportClosed(refused); });
  }
  if (link_->is_up_) return link_->After(link_->latency_, [self] { self->Open(); });
  link_->After(Duration::zero(), [self] { self->ReportClosed(LinkIsDown()); });
}

void MemoryStream::Open() {
  if (client_closed_) return;
  const ServiceTable::Row* row = link_->services_.Find(call_.method);
  if (row == nullptr || !row->stream) {
    return Finish(MakeStatus(StatusCode::kUnimplemented, call_.method + " is not part of the test backend"));
  }
  auto server = row->stream(call_, shared_from_this());
  if (!server.ok()) return Finish(server.status());
  server_ = *std::move(server);
  if (!callbacks_.on_accepted) return;
  link_->After(link_->latency_, [self = shared_from_this()] {
    if (!self->client_closed_) self->guard_.Run([&] { self->callbacks_.on_accepted(); });
  });
}

bool MemoryStream::Write(std::string message) {
  if (client_closed_ || half_closed_ || on_their_way_ >= kMaxOnTheirWay) return false;
  ++on_their_way_;
  link_->After(link_->latency_,
               [self = shared_from_this(), message = std::move(message)] { self->Receive(message); });
  return true;
}

void MemoryStream::Receive(const std::string& message) {
  --on_their_way_;
  if (server_ == nullptr || finish_) return;
  if (Status status = server_->OnMessage(message); !status.ok()) return Finish(std::move(status));
  Wake();
}

void MemoryStream::HalfClose() {
  if (std::exchange(half_closed_, true)) return;
  // A server stream goes on after its one request; in a dialogue the client has said goodbye.
  link_->After(link_->latency_, [self = shared_from_this()] {
    const ServiceTable::Row* row = self->link_->services_.Find(self->call_.method);
    if (self->server_ == nullptr || row->kind == wire::Kind::kServerStream) return;
    self->Finish(absl::OkStatus());
  });
}

void MemoryStream::Wake() {
  if (std::exchange(wakes_, true)) return;
  link_->executor_.Post([self = shared_from_this()] { self->Drain(); });
}

void MemoryStream::Finish(Status status) {
  if (finish_) return;
  finish_ = std::move(status);
  Wake();
}

void MemoryStream::Drain() {
  wakes_ = false;
  if (client_closed_) return;
  while (server_ != nullptr) {
    auto message = server_->Next();
    if (!message) break;
    link_->After(link_->latency_, [self = shared_from_this(), message = *std::move(message)]() mutable {
      if (!self->client_closed_) {
        self->guard_.Run([&] { self->callbacks_.on_message(std::move(message)); });
      }
    });
  }
  if (!finish_) return;
  CloseServer();
  link_->After(link_->latency_,
               [self = shared_from_this()] { self->ReportClosed(AsReceived(*self->finish_)); });
}

void MemoryStream::CloseServer() {
  if (auto server = std::exchange(server_, nullptr)) server->OnClose();
}

void MemoryStream::ReportClosed(const Status& status) {
  if (std::exchange(client_closed_, true)) return;
  CloseServer();  // One that opened after the cut, where messages take no time.
  link_->streams_.erase(shared_from_this());
  guard_.Run([&] { callbacks_.on_closed(status); });
}

void MemoryStream::Drop() {
  guard_.Close();
  if (std::exchange(client_closed_, true)) return;
  link_->streams_.erase(shared_from_this());
  link_->After(link_->latency_, [self = shared_from_this()] { self->CloseServer(); });
}

void MemoryStream::Cut() {
  CloseServer();
  link_->After(Duration::zero(), [self = shared_from_this()] { self->ReportClosed(LinkIsDown()); });
}

}  // namespace oofgg::testing
