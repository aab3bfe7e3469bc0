#pragma once

#include <absl/functional/any_invocable.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/caller.h"
#include "oofgg/stream.h"
#include "oofgg/transport.h"
#include "wire/codec.h"

namespace oofgg::testing {

/// A server-side stream in bytes. As StreamHandler, but an error of OnMessage ends the stream.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Status OnMessage(const std::string& bytes) = 0;
  virtual void OnClose() = 0;
  virtual std::optional<std::string> Next() = 0;
};

/// Opened by its first message, which is also the only one of a server stream.
template <class M>
class TypedByteStream final : public ByteStream {
 public:
  using Handler = StreamHandlerPtr<typename M::Request, typename M::Response>;
  /// Makes the handler for the first message.
  using Open = absl::AnyInvocable<StatusOr<Handler>(const typename M::Request& first)>;

  explicit TypedByteStream(Open open) : open_(std::move(open)) {}

  Status OnMessage(const std::string& bytes) override {
    OOFGG_ASSIGN_OR_RETURN(auto message, wire::DecodeRequest<M>(bytes));
    if (handler_ == nullptr) {
      OOFGG_ASSIGN_OR_RETURN(handler_, open_(message));
      if (M::kKind == wire::Kind::kServerStream) return absl::OkStatus();
    }
    handler_->OnMessage(std::move(message));
    return absl::OkStatus();
  }

  void OnClose() override {
    if (auto handler = std::exchange(handler_, nullptr)) handler->OnClose();
  }

  std::optional<std::string> Next() override {
    if (handler_ == nullptr) return std::nullopt;
    auto message = handler_->Next();
    if (!message) return std::nullopt;
    return wire::EncodeResponse<M>(*message);
  }

 private:
  Open open_;
  Handler handler_;
};

/// Facades by the paths of their methods, in bytes: what a gRPC listener is to the real servers.
class ServiceTable {
 public:
  /// Who calls; an error if nobody is known and `needs_token`.
  using MakeContext = std::function<StatusOr<CallContext>(const TransportCall&, bool needs_token)>;

  struct Row {
    wire::Kind kind = wire::Kind::kUnary;
    // Of these two the one that is not empty.
    std::function<StatusOr<std::string>(const TransportCall&, const std::string& request)> unary{};
    std::function<StatusOr<std::unique_ptr<ByteStream>>(const TransportCall&, std::shared_ptr<StreamHost>)>
        stream{};
  };

  explicit ServiceTable(MakeContext make_context) : make_context_(std::move(make_context)) {}
  ServiceTable(const ServiceTable&) = delete;
  ServiceTable& operator=(const ServiceTable&) = delete;

  /// `path` must outlive the table.
  void Add(std::string_view path, Row row) { rows_[path] = std::move(row); }

  /// `serve(context, request)` answers.
  template <class M, class Serve>
  void AddUnary(Serve serve) {
    Add(M::kPath, {.kind = M::kKind,
                   .unary = [this, serve](const TransportCall& call,
                                          const std::string& bytes) -> StatusOr<std::string> {
                     OOFGG_ASSIGN_OR_RETURN(const auto context, make_context_(call, M::kNeedsToken));
                     OOFGG_ASSIGN_OR_RETURN(const auto request, wire::DecodeRequest<M>(bytes));
                     OOFGG_ASSIGN_OR_RETURN(const auto response, serve(context, request));
                     return wire::EncodeResponse<M>(response);
                   }});
  }

  /// `open(context, first message, host)` makes the handler.
  template <class M, class Open>
  void AddStream(Open open) {
    Add(M::kPath,
        {.kind = M::kKind,
         .stream = [this, open](const TransportCall& call,
                                std::shared_ptr<StreamHost> host) -> StatusOr<std::unique_ptr<ByteStream>> {
           OOFGG_ASSIGN_OR_RETURN(auto context, make_context_(call, M::kNeedsToken));
           return std::make_unique<TypedByteStream<M>>(
               [open, context = std::move(context), host = std::move(host)](
                   const typename M::Request& first) { return open(context, first, host); });
         }});
  }

  /// Null: not served.
  [[nodiscard]] const Row* Find(std::string_view path) const {
    const auto row = rows_.find(path);
    return row == rows_.end() ? nullptr : &row->second;
  }

 private:
  const MakeContext make_context_;
  std::map<std::string_view, Row> rows_;
};

}  // namespace oofgg::testing
