#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_server.h"

namespace oofgg::testing {

/// A Docker engine that says what it is told to, on a port of 127.0.0.1, and remembers what it was asked.
/// Streams end with what they say. Threads: safe.
class FakeEngine {
 public:
  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;

  FakeEngine() {
    server_ =
        std::move(net::HttpServer::Listen(io_, "127.0.0.1:0",
                                          [this](const net::HttpRequest& request,
                                                 const net::HttpReplier& reply) { Handle(request, reply); })
                      .value());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~FakeEngine() {
    server_.reset();
    held_.clear();
    io_.stop();
    thread_.join();
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  [[nodiscard]] std::string host() const { return "tcp://127.0.0.1:" + std::to_string(server_->port()); }

  /// `call` is a method and a path without version and query: `POST /images/create`. What nobody has set is
  /// answered 404.
  void On(const std::string& call, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[call] = std::move(answer);
  }
  void On(const std::string& call, int status, const std::string& body) {
    On(call,
       [status, body](const net::HttpRequest&) { return net::HttpResponse{.status = status, .body = body}; });
  }
  /// Is answered by `Release`, or never.
  void Hold(const std::string& call) {
    const std::lock_guard lock(mutex_);
    answers_[call] = nullptr;
  }
  /// Answers all that were held.
  void Release(int status, const std::string& body) {
    std::unique_lock lock(mutex_);
    const auto held = std::exchange(held_, {});
    lock.unlock();
    for (const net::HttpReplier& reply : held) reply({.status = status, .body = body});
  }

  [[nodiscard]] std::size_t Count(const std::string& call) {
    const std::lock_guard lock(mutex_);
    return counts_[call];
  }

 private:
  void Handle(const net::HttpRequest& request, const net::HttpReplier& reply) {
    std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/_ping") {
      net::HttpResponse pong{.body = "OK"};
      pong.headers.emplace_back("Api-Version", "1.41");
      return reply(std::move(pong));
    }
    path = path.substr(path.find('/', 1));  // The version.
    const std::string call = request.method + " " + path;
    std::unique_lock lock(mutex_);
    ++counts_[call];
    const auto found = answers_.find(call);
    if (found == answers_.end()) return reply({.status = 404, .body = "{\"message\":\"No such thing\"}"});
    if (!found->second) return held_.push_back(reply);
    const Answer answer = found->second;
    lock.unlock();
    reply(answer(request));
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, std::size_t> counts_;
  std::vector<net::HttpReplier> held_;
  std::thread thread_;
};

}  // namespace oofgg::testing
