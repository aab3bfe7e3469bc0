#include "orchestration/reservation_client.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace oofgg::orchestration {
namespace {

bool IsPchar(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

std::optional<std::uint32_t> Count(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > 1'000'000) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<ServerLoad> ParseLoad(const HttpReply& reply) {
  if (reply.status != 200) return std::nullopt;
  const auto json = nlohmann::json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto slots = Count(json, "slots");
  const auto reserved = Count(json, "reserved");
  if (!slots || *slots == 0 || !reserved) return std::nullopt;
  return ServerLoad{*slots, *reserved, Count(json, "players").value_or(0)};
}

}  // namespace

Status CheckClientId(std::string_view client_id) {
  if (client_id.empty() || client_id.size() > 4000) {
    return InvalidField("client_id", "must have 1 to 4000 bytes");
  }
  if (client_id == "." || client_id == "..") return InvalidField("client_id", "must not be '.' or '..'");
  return absl::OkStatus();
}

std::string EncodePathSegment(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsPchar(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

HttpCall ReservationCall(std::string_view method, std::string_view control, std::string_view client_id,
                         std::chrono::milliseconds timeout) {
  return {.method = std::string(method),
          .url = "http://" + std::string(control) + "/reservation/" + EncodePathSegment(client_id),
          .timeout = timeout};
}

/// One call with its tries. Owned by the callback that will run next.
struct ReservationClient::Call : std::enable_shared_from_this<Call> {
  HttpClient& http;
  Executor& executor;
  const Clock& clock;
  ReservationOptions options;
  HttpCall call;
  absl::AnyInvocable<void(StatusOr<HttpReply>)> on_reply;
  std::size_t tried = 0;

  Call(HttpClient& http_client, Executor& where, const Clock& time, ReservationOptions limits, HttpCall what,
       absl::AnyInvocable<void(StatusOr<HttpReply>)> then)
      : http(http_client),
        executor(where),
        clock(time),
        options(limits),
        call(std::move(what)),
        on_reply(std::move(then)) {}

  void Try() {
    ++tried;
    http.Send(call, [self = shared_from_this()](StatusOr<HttpReply> reply) mutable {
      Executor& where = self->executor;
      where.Post(
          [self = std::move(self), reply = std::move(reply)]() mutable { self->OnReply(std::move(reply)); });
    });
  }

  void OnReply(StatusOr<HttpReply> reply) {
    const bool retriable = absl::IsUnavailable(reply.status()) || absl::IsDeadlineExceeded(reply.status());
    if (!retriable || tried >= options.tries) return on_reply(std::move(reply));
    executor.PostAt(DeadlineAfter(clock.Now(), options.cooldown),
                    [self = shared_from_this()] { self->Try(); });
  }
};

void ReservationClient::CallReservation(std::string_view method, std::string_view control,
                                        std::string_view client_id,
                                        absl::AnyInvocable<void(StatusOr<int>)> on_status) {
  if (Status valid = CheckClientId(client_id); !valid.ok()) {
    executor_.Post([on_status = std::move(on_status), valid]() mutable { on_status(valid); });
    return;
  }
  HttpCall call = ReservationCall(method, control, client_id, options_.timeout);
  std::make_shared<Call>(http_, executor_, clock_, options_, std::move(call),
                         [on_status = std::move(on_status)](StatusOr<HttpReply> reply) mutable {
                           if (!reply.ok()) return on_status(reply.status());
                           on_status(reply->status);
                         })
      ->Try();
}

void ReservationClient::Reserve(std::string_view control, std::string_view client_id, OnAnswer on_answer) {
  CallReservation("POST", control, client_id,
                  [self = *this, control = std::string(control), client_id = std::string(client_id),
                   on_answer = std::move(on_answer)](StatusOr<int> status) mutable {
                    if (!status.ok()) return on_answer(status.status());
                    if (*status != 403) return on_answer(*status == 200);
                    self.IsReserved(control, client_id, std::move(on_answer));
                  });
}

void ReservationClient::IsReserved(std::string_view control, std::string_view client_id, OnAnswer on_answer) {
  CallReservation("GET", control, client_id,
                  [on_answer = std::move(on_answer)](StatusOr<int> status) mutable {
                    if (!status.ok()) return on_answer(status.status());
                    on_answer(*status == 200);
                  });
}

void ReservationClient::Cancel(std::string_view control, std::string_view client_id, OnAnswer on_answer) {
  CallReservation("DELETE", control, client_id,
                  [self = *this, control = std::string(control), client_id = std::string(client_id),
                   on_answer = std::move(on_answer)](StatusOr<int> status) mutable {
                    if (!status.ok()) return on_answer(status.status());
                    if (*status == 200 || *status == 204) return on_answer(true);
                    // It may not know the call, or not the client: `GET` tells which.
                    self.IsReserved(control, client_id,
                                    [on_answer = std::move(on_answer)](StatusOr<bool> still) mutable {
                                      if (!still.ok()) return on_answer(still.status());
                                      on_answer(!*still);
                                    });
                  });
}

void ReservationClient::Probe(std::string_view control, std::chrono::milliseconds timeout, OnLoad on_load) {
  HttpCall call{
      .url = "http://" + std::string(control) + "/status", .timeout = timeout, .max_reply_bytes = 4096};
  ReservationOptions once = options_;
  once.tries = 1;
  std::make_shared<Call>(http_, executor_, clock_, once, std::move(call),
                         [on_load = std::move(on_load)](StatusOr<HttpReply> reply) mutable {
                           if (absl::IsResourceExhausted(reply.status())) return on_load(std::nullopt);
                           if (!reply.ok()) return on_load(reply.status());
                           on_load(ParseLoad(*reply));
                         })
      ->Try();
}

void ReservationClient::Close(std::string_view control, OnDone on_done) {
  HttpCall call{
      .method = "POST", .url = "http://" + std::string(control) + "/close", .timeout = options_.timeout};
  ReservationOptions once = options_;
  once.tries = 1;
  std::make_shared<Call>(
      http_, executor_, clock_, once, std::move(call),
      [on_done = std::move(on_done)](const StatusOr<HttpReply>& reply) mutable { on_done(reply.status()); })
      ->Try();
}

}  // namespace oofgg::orchestration
