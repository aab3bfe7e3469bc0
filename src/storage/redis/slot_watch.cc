#include "storage/redis/slot_watch.h"

#include <algorithm>
#include <utility>

namespace oofgg::storage::redis {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenQuestions = 100ms;
// A node that is cut off from the others goes on telling what it knew. At first; if others say so too,
// longer.
constexpr int kMostTimesTheSame = 10;
constexpr int kMostTimesEver = 1000;

}  // namespace

SlotWatch::SlotWatch(SlotWatchUser& user, RedisOptions options)
    : user_(user),
      seeds_(options.url.hosts),
      patience_(options.connect_timeout),
      most_times_(kMostTimesTheSame),
      link_(*this, std::move(options), [this] { return FindHosts(); }) {}

void SlotWatch::Refresh() {
  if (!wanted_.exchange(true)) Wake();
}

std::vector<HostPort> SlotWatch::FindHosts() {
  const std::lock_guard lock(mutex_);
  std::vector<HostPort> hosts = known_;
  for (const HostPort& seed : seeds_) {
    if (std::find(hosts.begin(), hosts.end(), seed) == hosts.end()) hosts.push_back(seed);
  }
  const auto last = std::find(hosts.begin(), hosts.end(), last_host_);
  if (last != hosts.end()) std::rotate(hosts.begin(), last + 1, hosts.end());
  return hosts;
}

void SlotWatch::OnUp(const HostPort& server) {
  up_ = true;
  server_ = server;
  wanted_ = true;
  times_the_same_ = 0;
  const std::lock_guard lock(mutex_);
  last_host_ = server;
}

void SlotWatch::OnDown(const Status& /*why*/) {
  up_ = false;
  ask_now_ = false;
  answer_due_ = kNever;
  unanswered_.clear();
}

TimePoint SlotWatch::OnTime(TimePoint now) {
  TimePoint next = user_.OnTime(now);
  if (!up_) return next;
  if (now >= answer_due_) {
    answer_due_ = kNever;
    link_.Redial();
  }
  next = std::min(next, answer_due_);
  if (!wanted_ || ask_now_ || answer_due_ != kNever) return next;
  const TimePoint may_ask = asked_at_ == TimePoint::min() ? now : asked_at_ + kBetweenQuestions;
  ask_now_ = now >= may_ask;
  return ask_now_ ? next : std::min(next, may_ask);
}

void SlotWatch::Fill(std::string& out) {
  if (!std::exchange(ask_now_, false)) return;
  wanted_ = false;
  RedisCommand({"CLUSTER", "SLOTS"}).AppendTo(out);
  unanswered_.push_back(Question::kOnDemand);
  asked_at_ = Clock::System().Now();
  answer_due_ = asked_at_ + patience_;
}

/// As good a sign of life as any, and it tells of a master that hangs and has been replaced.
void SlotWatch::AddPing(std::string& out) {
  RedisCommand({"CLUSTER", "SLOTS"}).AppendTo(out);
  unanswered_.push_back(Question::kRoutine);
}

Status SlotWatch::OnReply(RedisReply reply) {
  if (reply.kind == RedisReply::Kind::kPush) return absl::OkStatus();
  if (unanswered_.empty()) return MakeStatus(StatusCode::kInternal, "Redis answered what nobody had asked");
  const Question question = unanswered_.front();
  unanswered_.pop_front();
  if (question == Question::kOnDemand) answer_due_ = kNever;
  return TakeAnswer(reply, question);
}

/// An answer that is of no use ends the link, so that the next node is asked.
Status SlotWatch::TakeAnswer(const RedisReply& reply, Question question) {
  StatusOr<SlotRanges> slots = ParseClusterSlots(reply, server_);
  if (!slots.ok()) {
    Status named = Annotate(slots.status(), "asking Redis at " + FormatHostPort(server_));
    user_.OnNoSlots(named);
    return named;
  }
  if (*slots != answer_) {
    times_the_same_ = 0;
    most_times_ = kMostTimesTheSame;
  } else if (question == Question::kOnDemand) {
    ++times_the_same_;
  }
  answer_ = *std::move(slots);
  {
    const std::lock_guard lock(mutex_);
    known_.clear();
    for (const SlotRange& range : answer_.ranges) {
      if (std::find(known_.begin(), known_.end(), range.master) == known_.end())
        known_.push_back(range.master);
    }
    known_.insert(known_.end(), answer_.replicas.begin(), answer_.replicas.end());
  }
  user_.OnSlots(answer_);
  if (times_the_same_ < most_times_) return absl::OkStatus();
  most_times_ = std::min(2 * most_times_, kMostTimesEver);
  return MakeStatus(StatusCode::kUnavailable, "another node may know more");
}

}  // namespace oofgg::storage::redis
