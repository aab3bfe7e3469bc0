#include "backends/engine/engine_client.h"

#include <curl/curl.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "oofgg/parse.h"

namespace oofgg::backends {
namespace {

// The version that this code was written by, and the oldest whose answers it understands.
constexpr int kNewestMinor = 47;
constexpr int kOldestMinor = 24;
constexpr std::chrono::milliseconds kPingTimeout{10'000};
constexpr std::size_t kLongestReply = std::size_t{16} << 20;

http::CurlClientOptions HttpOptionsFor(const EngineAddress& address) {
  return {// A stop holds its connection for as long as the server takes to end.
          .max_connections_per_host = 64,
          .max_idle_connections = 16,
          .unix_socket = address.unix_socket,
          .ca_file = address.ca_file,
          .certificate_file = address.certificate_file,
          .key_file = address.key_file};
}

std::string_view HeaderOf(const HttpReply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsShortage(std::string_view message) {
  for (const std::string_view sign :
       {"no space left", "port is already allocated", "no available", "cannot allocate memory",
        "could not find an available", "all predefined address pools", "too many open files",
        "resource temporarily unavailable", "address already in use"}) {
    if (Contains(message, sign)) return true;
  }
  return false;
}

StatusCode CodeOf(int http_status, std::string_view message) {
  if (IsShortage(message)) return StatusCode::kResourceExhausted;
  switch (http_status) {
    case 400:
      return StatusCode::kInvalidArgument;
    case 401:
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
      return StatusCode::kNotFound;
    case 409:
      return StatusCode::kAlreadyExists;
    default:
      return StatusCode::kUnavailable;
  }
}

}  // namespace

std::string CommonVersion(std::string_view daemon) {
  const auto dot = daemon.find('.');
  if (dot == std::string_view::npos || daemon.substr(0, dot) != "1") return "";
  const auto minor = ParseInteger<int>(daemon.substr(dot + 1), 0, 10'000);
  if (!minor.ok() || *minor < kOldestMinor) return "";
  return "1." + std::to_string((std::min)(*minor, kNewestMinor));
}

Status EngineStatus(int http_status, std::string_view body) {
  if ((http_status >= 200 && http_status < 300) || http_status == 304) return {};
  std::string message(body.substr(0, 500));
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    message = json["message"].get<std::string>();
  }
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return MakeStatus(CodeOf(http_status, message),
                    "Docker: " + (message.empty() ? "HTTP status " + std::to_string(http_status) : message));
}

std::string QueryValue(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:@";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string value;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      value += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      value += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return value;
}

EngineClient::EngineClient(const EngineAddress& address, std::string version, Executor& strand)
    : base_url_(address.base_url),
      version_is_given_(!version.empty()),
      strand_(strand),
      version_(std::move(version)),
      http_(HttpOptionsFor(address)) {}

EngineClient::~EngineClient() = default;

void EngineClient::Call(EngineCall call, OnBody on_body) {
  if (!version_.empty()) return Send(std::move(call), std::move(on_body));
  waiting_.push_back({std::move(call), std::move(on_body)});
  if (waiting_.size() > 1) return;  // Somebody asks already.
  Ping([this](const StatusOr<std::int64_t>& time) { Negotiated(time.status()); });
}

void EngineClient::Negotiated(const Status& pinged) {
  for (Waiting& next : std::exchange(waiting_, {})) {
    if (version_.empty()) {
      next.on_body(pinged.ok() ? MakeStatus(StatusCode::kFailedPrecondition,
                                            "Docker: the engine's API is older than version 1.24")
                               : pinged);
    } else {
      Send(std::move(next.call), std::move(next.on_body));
    }
  }
}

void EngineClient::Ping(OnTime on_time) {
  HttpCall call{.url = base_url_ + "/_ping", .timeout = kPingTimeout};
  Fetch(std::move(call), [this, on_time = std::move(on_time)](StatusOr<HttpReply> reply) mutable {
    if (!reply.ok()) return on_time(Annotate(reply.status(), "Docker's engine does not answer"));
    if (const Status status = EngineStatus(reply->status, reply->body); !status.ok()) return on_time(status);
    if (!version_is_given_) version_ = CommonVersion(HeaderOf(*reply, "api-version"));
    const std::string date(HeaderOf(*reply, "date"));
    on_time(static_cast<std::int64_t>(curl_getdate(date.c_str(), nullptr)));
  });
}

void EngineClient::Send(EngineCall call, OnBody on_body) {
  HttpCall http{.method = std::move(call.method),
                .url = base_url_ + "/v" + version_ + call.path,
                .headers = std::move(call.headers),
                .body = std::move(call.body),
                .timeout = call.timeout,
                .max_reply_bytes = kLongestReply,
                .on_data = std::move(call.on_data),
                .stall_timeout = call.stall_timeout};
  if (!http.body.empty()) http.headers.emplace_back("Content-Type", "application/json");
  Fetch(std::move(http), [this, on_body = std::move(on_body)](StatusOr<HttpReply> reply) mutable {
    if (!reply.ok()) {
      if (!version_is_given_) version_.clear();  // Another engine may be there when it comes back.
      return on_body(Annotate(reply.status(), "Docker's engine does not answer"));
    }
    const Status status = EngineStatus(reply->status, reply->body);
    if (!status.ok()) return on_body(status);
    on_body(std::move(reply->body));
  });
}

void EngineClient::Fetch(HttpCall call, absl::AnyInvocable<void(StatusOr<HttpReply>)> on_reply) {
  http_.Send(std::move(call),
             [&strand = strand_, on_reply = std::move(on_reply)](StatusOr<HttpReply> reply) mutable {
               strand.Post([on_reply = std::move(on_reply), reply = std::move(reply)]() mutable {
                 on_reply(std::move(reply));
               });
             });
}

}  // namespace oofgg::backends
