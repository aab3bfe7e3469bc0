#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_client.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

struct ReservationOptions {
  std::chrono::milliseconds timeout{5000};   ///< RESERVATION_TIMEOUT: one try.
  std::chrono::milliseconds cooldown{2000};  ///< RESERVATION_COOLDOWN: from a failed try to the next.
  std::size_t tries = 3;                     ///< RESERVATION_RETRY_TIMES: altogether, at least 1.
};

/// What `GET /status` of a game server says.
struct ServerLoad {
  std::uint32_t slots = 0;
  std::uint32_t reserved = 0;
  std::uint32_t players = 0;
};

/// Whether a game server can be asked for this client: 1 to 4,000 bytes, and neither `.` nor `..`, which
/// no encoding makes safe in a path. Errors: kInvalidArgument.
[[nodiscard]] Status CheckClientId(std::string_view client_id);

/// `text` as one path segment: what RFC 3986 does not allow in a `pchar` is percent-encoded, and nothing
/// else.
[[nodiscard]] std::string EncodePathSegment(std::string_view text);

/// The call of the Reservation API about this client, who is sound by `CheckClientId`.
[[nodiscard]] HttpCall ReservationCall(std::string_view method, std::string_view control,
                                       std::string_view client_id, std::chrono::milliseconds timeout);

/// Speaks the Reservation API to game servers, each named by its `control` address (`host:port`).
///
/// Only transport errors are retried; any answer of the game server counts.
/// Threads: safe. Callbacks run on `executor`. Lifetime: `http`, `executor` and `clock` must outlive every
/// call under way; the client itself may go first.
/// Errors: those of `HttpClient`, after the last try; kInvalidArgument (the client id).
class ReservationClient {
 public:
  using OnAnswer = absl::AnyInvocable<void(StatusOr<bool>)>;
  using OnLoad = absl::AnyInvocable<void(StatusOr<std::optional<ServerLoad>>)>;
  using OnDone = absl::AnyInvocable<void(Status)>;

  ReservationClient(HttpClient& http, Executor& executor, const Clock& clock, ReservationOptions options = {})
      : http_(http), executor_(executor), clock_(clock), options_(options) {}

  /// `POST /reservation/{client}`: whether the client now holds a seat. Some servers answer 403 when asked
  /// twice for the same client, so a refusal is checked with `GET` before it is believed. Idempotent.
  void Reserve(std::string_view control, std::string_view client_id, OnAnswer on_answer);

  /// `GET /reservation/{client}`: whether the client holds a seat.
  void IsReserved(std::string_view control, std::string_view client_id, OnAnswer on_answer);

  /// `DELETE /reservation/{client}`: true if the seat is free now; false if the server knows no such call.
  void Cancel(std::string_view control, std::string_view client_id, OnAnswer on_answer);

  /// `GET /status`, once, without a retry. Any answer shows that the server lives; nothing if it does not
  /// tell its load.
  void Probe(std::string_view control, std::chrono::milliseconds timeout, OnLoad on_load);

  /// `POST /close`, once: asks the server to end by itself. Its answer does not matter.
  void Close(std::string_view control, OnDone on_done);

 private:
  struct Call;
  void CallReservation(std::string_view method, std::string_view control, std::string_view client_id,
                       absl::AnyInvocable<void(StatusOr<int>)> on_status);

  HttpClient& http_;
  Executor& executor_;
  const Clock& clock_;
  const ReservationOptions options_;
};

}  // namespace oofgg::orchestration
