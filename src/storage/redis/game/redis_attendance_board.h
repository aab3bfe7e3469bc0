#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/attendance_board.h"
#include "oofgg/clock.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct RedisAttendanceOptions {
  std::chrono::milliseconds grace{30'000};  ///< The same at all instances.
  /// Without a beat for this long an instance is dead; several times what lies between two beats.
  std::chrono::milliseconds lease{5'000};
  std::chrono::milliseconds timeout{2'000};           ///< Of a call.
  std::chrono::milliseconds due_again_after{30'000};  ///< Where who was given out is still absent.
  const Clock* clock = nullptr;                       ///< Null: Redis' own.
};

/// Attendance in Redis, under `oofgg:{attendance}:`. What an instance told holds for as long as its life:
/// that ends with its lease, and with the link to Redis under which it began, since what was told on a lost
/// link may be lost too. Each call is one round trip, of a step each. Threads: safe; the calls that wait not
/// inside callbacks of `client`, which must outlive the board. Callbacks of `Tell` run on the client's
/// thread, and may come after the board's end.
class RedisAttendanceBoard final : public game::AttendanceBoard {
 public:
  explicit RedisAttendanceBoard(RedisClient& client, RedisAttendanceOptions options = {});

  void Tell(std::vector<Word> words, OnTold on_told) override;
  StatusOr<bool> Beat() override;
  StatusOr<std::vector<Absence>> TakeDue() override;
  StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& session_ids) override;

 private:
  struct Life {
    std::string name;
    std::uint64_t link = 0;  ///< Under which it was entered; 0: not yet, or it is over.
  };

  [[nodiscard]] StatusOr<bool> BeatOnce(const std::string& life, bool is_new);
  [[nodiscard]] StatusOr<RedisReply> Run(const RedisScript& script, std::vector<std::string> arguments);
  [[nodiscard]] TimePoint Deadline() const;
  [[nodiscard]] std::string Now() const;

  RedisClient& client_;
  const RedisAttendanceOptions options_;
  std::mutex mutex_;
  Life life_;  // Guarded by mutex_.
};

}  // namespace oofgg::storage
