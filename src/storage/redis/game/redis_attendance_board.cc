#include "storage/redis/game/redis_attendance_board.h"

#include <utility>

#include "base/encoding.h"
#include "oofgg/random.h"
#include "storage/millis.h"
#include "storage/redis/game/attendance_scripts.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {
namespace {

constexpr const char* kDueAtOnce = "100";

std::string NewLife() { return base::HexEncode(RandomSource::System().Bytes(8)); }

std::string WordOf(game::AttendanceBoard::Where where) {
  switch (where) {
    case game::AttendanceBoard::Where::kHere:
      return "here";
    case game::AttendanceBoard::Where::kAway:
      return "away";
    case game::AttendanceBoard::Where::kLeaving:
      return "leaving";
    case game::AttendanceBoard::Where::kOut:
      break;
  }
  return "out";
}

std::string MillisText(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

Status Unavailable(const Status& status) {
  if (status.ok()) return {};
  return MakeStatus(StatusCode::kUnavailable, "who attends sessions: " + status.ToString());
}

/// What the answer of `Tell` says.
Status ToldBy(const StatusOr<RedisReply>& reply) {
  OOFGG_RETURN_IF_ERROR(Unavailable(reply.status()));
  if (reply->integer == 1) return {};
  return MakeStatus(StatusCode::kAborted, "this instance was taken for dead");
}

}  // namespace

RedisAttendanceBoard::RedisAttendanceBoard(RedisClient& client, RedisAttendanceOptions options)
    : client_(client), options_(options), life_{.name = NewLife()} {}

void RedisAttendanceBoard::Tell(std::vector<Word> words, OnTold on_told) {
  RedisScriptCall call{.keys = attendance_scripts::Keys()};
  {
    const std::lock_guard lock(mutex_);
    call.arguments = {life_.name, Now(), MillisText(options_.grace),
                      MillisText(game::QueueGraceOf(options_.grace))};
  }
  for (const Word& word : words) {
    call.arguments.push_back(WordOf(word.where));
    call.arguments.push_back(OwnedName(word.session_id, OwnedName(word.player_id, "")));
  }
  client_.SendScript(
      attendance_scripts::Tell(), std::move(call), Deadline(),
      [on_told = std::move(on_told)](const StatusOr<RedisReply>& reply) mutable { on_told(ToldBy(reply)); });
}

StatusOr<bool> RedisAttendanceBoard::Beat() {
  const std::uint64_t link = client_.LinkNumber();
  if (link == 0) return MakeStatus(StatusCode::kUnavailable, "who attends sessions: no link to Redis");
  Life life;
  {
    const std::lock_guard lock(mutex_);
    life = life_;
  }
  if (life.link == link) {
    OOFGG_ASSIGN_OR_RETURN(const bool lives_on, BeatOnce(life.name, /*is_new=*/false));
    if (lives_on) return true;
  }
  life = {.name = NewLife(), .link = link};
  OOFGG_RETURN_IF_ERROR(BeatOnce(life.name, /*is_new=*/true).status());
  const std::lock_guard lock(mutex_);
  life_ = std::move(life);
  return false;
}

StatusOr<bool> RedisAttendanceBoard::BeatOnce(const std::string& life, bool is_new) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply lives_on,
                         Run(attendance_scripts::Beat(), {life, Now(), MillisText(options_.lease),
                                                          MillisText(options_.grace), is_new ? "1" : "0"}));
  return lives_on.integer == 1;
}

StatusOr<std::vector<game::AttendanceBoard::Absence>> RedisAttendanceBoard::TakeDue() {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply due,
      Run(attendance_scripts::TakeDue(), {Now(), MillisText(options_.due_again_after), kDueAtOnce}));
  std::vector<Absence> absences;
  for (const RedisReply& name : due.elements) {
    OwnedParts of_session = PartsOfOwned(name.text);
    absences.push_back(
        {.session_id = std::move(of_session.owner), .player_id = PartsOfOwned(of_session.id).owner});
  }
  return absences;
}

StatusOr<std::vector<bool>> RedisAttendanceBoard::AreAttended(const std::vector<std::string>& session_ids) {
  if (session_ids.empty()) return std::vector<bool>();
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, Run(attendance_scripts::AreAttended(), session_ids));
  std::vector<bool> attended;
  for (const RedisReply& one : reply.elements) attended.push_back(one.integer == 1);
  return attended;
}

// All of them may be repeated; who was given out twice is only given out later.
StatusOr<RedisReply> RedisAttendanceBoard::Run(const RedisScript& script,
                                               std::vector<std::string> arguments) {
  auto reply = client_.CallScript(
      script, {.keys = attendance_scripts::Keys(), .arguments = std::move(arguments), .idempotent = true},
      Deadline());
  if (!reply.ok()) return Unavailable(reply.status());
  return reply;
}

TimePoint RedisAttendanceBoard::Deadline() const {
  return DeadlineAfter(Clock::System().Now(), options_.timeout);
}

std::string RedisAttendanceBoard::Now() const {
  return options_.clock == nullptr ? std::string() : std::to_string(ToMillis(options_.clock->WallNow()));
}

}  // namespace oofgg::storage
