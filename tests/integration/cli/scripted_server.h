#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/transport.h"
#include "wire/codec.h"

namespace oofgg::testing {

/// A server on 127.0.0.1 whose every answer the test has written, and that keeps what it was asked: for
/// commands whose own work, not the server's, is tested. What nothing was written for is kUnimplemented.
/// Threads: safe.
class ScriptedServer {
 public:
  struct Request {
    std::string bytes;
    Metadata metadata;
  };

  ScriptedServer();
  ~ScriptedServer();

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// From now on method M answers so.
  template <class M>
  void Answer(const typename M::Response& response) {
    Put(M::kPath, wire::EncodeResponse<M>(response));
  }
  template <class M>
  void Refuse(const Status& status) {
    Put(M::kPath, status);
  }

  /// How often it was called.
  template <class M>
  [[nodiscard]] std::size_t Count() const {
    return RequestsOf(M::kPath).size();
  }
  /// The last request to it; the test fails if there was none.
  template <class M>
  [[nodiscard]] typename M::Request Asked() const {
    const auto request = wire::DecodeRequest<M>(Last(M::kPath).bytes);
    EXPECT_TRUE(request.ok()) << request.status();
    return request.value_or(typename M::Request());
  }
  /// Metadata of that request, or nothing.
  template <class M>
  [[nodiscard]] std::string Header(std::string_view name) const {
    for (const auto& [key, value] : Last(M::kPath).metadata) {
      if (key == name) return value;
    }
    return {};
  }

  /// Takes a request and gives the answer to it.
  [[nodiscard]] StatusOr<std::string> Serve(const std::string& path, Request request);

 private:
  class Service final : public grpc::CallbackGenericService {
   public:
    explicit Service(ScriptedServer& server) : server_(server) {}
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;

   private:
    ScriptedServer& server_;
  };

  void Put(std::string_view path, StatusOr<std::string> answer);
  [[nodiscard]] std::vector<Request> RequestsOf(std::string_view path) const;
  [[nodiscard]] Request Last(std::string_view path) const;

  mutable std::mutex mutex_;
  std::map<std::string, StatusOr<std::string>, std::less<>> answers_;
  std::map<std::string, std::vector<Request>, std::less<>> requests_;
  int port_ = 0;
  Service service_{*this};
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace oofgg::testing
