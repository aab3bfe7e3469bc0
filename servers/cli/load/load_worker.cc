#include "servers/cli/load/load_worker.h"

#include <unistd.h>

#include <algorithm>

namespace oofgg::load {
namespace {

// At once, of all workers: enough to keep a server busy, and below its backlog.
constexpr std::uint32_t kMostOpening = 128;
constexpr std::uint32_t kLeastOpening = 2;
constexpr Nanos kLookForCommands = 10'000'000;
constexpr std::size_t kEvents = 64;  // Few, so that a change that is due does not wait for many deliveries.
constexpr Nanos kReturnJitter = 1'500 * kNanosPerMilli;  // With what it takes, well within --presence-grace.
constexpr std::uint64_t kPercentSteps = 10'000;

void RaiseTo(std::atomic<std::uint64_t>& most, std::uint64_t value) {
  std::uint64_t held = most.load(std::memory_order_relaxed);
  while (held < value && !most.compare_exchange_weak(held, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

LoadWorker::LoadWorker(const WorkerParts& parts, const MakeLinks& make_links)
    : parts_(parts),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      links_(make_links(parts.plan, epoll_, *this)),
      states_(parts.plan.local_count(parts.plan.users)),
      random_(parts.seed),
      turn_(parts.plan.worker),
      events_(kEvents) {}

LoadWorker::~LoadWorker() { close(epoll_); }

void LoadWorker::Run() {
  for (;;) {
    TakeCommand();
    if (doing_ == Command::Kind::kQuit) return;
    const Nanos now = NowNanos();
    const Nanos due = std::min(DoWhatIsDue(now), ReturnMore(now));
    const Nanos until = std::min({due, links_->Advance(now), now + kLookForCommands});
    Wait(parts_.spin && doing_ == Command::Kind::kChange ? now : until);
  }
}

void LoadWorker::Wait(Nanos until) {
  const Nanos now = NowNanos();
  const Nanos left = until > now ? until - now : 0;
  constexpr Nanos kSecond = 1'000'000'000;
  const timespec patience{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
  const int count =
      epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &patience, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    links_->OnEvent(event.data.u64, event.events);
  }
}

void LoadWorker::TakeCommand() {
  const std::uint32_t number = parts_.command.number.load(std::memory_order_acquire);
  if (number == taken_) return;
  taken_ = number;
  doing_ = parts_.command.kind;
  command_began_ = NowNanos();
  if (doing_ == Command::Kind::kVerify) return Verify();
  if (doing_ == Command::Kind::kBrace) return Finish();
  if (doing_ != Command::Kind::kChange) return;
  const LinkPlan& plan = parts_.plan;
  const double share = static_cast<double>(plan.local_count(parts_.command.users)) / parts_.command.users;
  const std::uint64_t seed = random_.Next();
  schedule_.reset();
  if (share * parts_.command.per_second > 0)
    schedule_.emplace(parts_.command.per_second * share, parts_.command.start, seed);
  const bool has_celebrity = parts_.celebrity_every > 0 && plan.worker == 0;
  celebrity_due_ = has_celebrity ? parts_.command.start + parts_.celebrity_every : kNeverDue;
}

void LoadWorker::Finish() {
  doing_ = Command::Kind::kNone;
  parts_.board.done.store(taken_, std::memory_order_release);
}

Nanos LoadWorker::DoWhatIsDue(Nanos now) {
  if (doing_ == Command::Kind::kConnect) return ConnectMore(now);
  if (doing_ == Command::Kind::kChange) return ChangeMore(now);
  return kNeverDue;
}

std::uint32_t LoadWorker::MostOpening() const {
  return std::max(kLeastOpening, kMostOpening / parts_.plan.workers);
}

Nanos LoadWorker::ConnectMore(Nanos now) {
  const std::uint32_t wanted = parts_.plan.local_count(parts_.command.users);
  if (opened_ == wanted && settled_ == wanted) {
    Finish();
    return kNeverDue;
  }
  const double own_rate = parts_.command.per_second / parts_.plan.workers;
  while (opened_ < wanted && opened_ - settled_ < MostOpening()) {
    const auto gap = static_cast<Nanos>(own_rate > 0 ? 1e9 / own_rate : 0);
    if (gap > 0 && now < command_began_) return command_began_;
    OpenNext(now);
    command_began_ += gap;  // When the next may be opened.
  }
  return kNeverDue;
}

void LoadWorker::OpenNext(Nanos now) {
  const User user = parts_.plan.UserOf(opened_);
  states_[opened_++] = State::kOpening;
  parts_.truth.Put(user, Shown::kOnline, now);
  const Status status = links_->Open(user, parts_.plan.HomeOf(user));
  if (!status.ok()) OnLost(user, {.why = std::string(status.message())});
}

Nanos LoadWorker::ChangeMore(Nanos now) {
  const Nanos end = std::min(now, parts_.command.end);
  for (; celebrity_due_ <= end; celebrity_due_ += parts_.celebrity_every) ChangeCelebrity(celebrity_due_);
  const Nanos due = schedule_.has_value() ? schedule_->due() : kNeverDue;
  if (due <= end) {
    // One at a time: what has come meanwhile is read before the next.
    ChangeSomebody(due);
    schedule_->Advance();
  } else if (now >= parts_.command.end) {
    Finish();
    return kNeverDue;
  }
  const Nanos next = schedule_.has_value() ? schedule_->due() : kNeverDue;
  return std::min({next, celebrity_due_, parts_.command.end});
}

void LoadWorker::ChangeSomebody(Nanos due) {
  const std::uint32_t local =
      static_cast<std::uint32_t>(random_.Below(parts_.plan.local_count(parts_.command.users)));
  const User user = parts_.plan.UserOf(local);
  const bool is_celebrity = parts_.celebrity_every > 0 && user == 0;
  const Shown before = parts_.truth.shown(user);
  if (states_[local] == State::kAway && before == Shown::kOffline) return ComeBackOnline(local, due);
  if (states_[local] != State::kReady || is_celebrity) return;
  if (before == Shown::kOffline) return Change(user, Shown::kOnline, due);
  const auto drawn = static_cast<double>(random_.Below(kPercentSteps)) / kPercentSteps;
  if (drawn >= parts_.status_share) return Change(user, Shown::kOffline, due);
  Change(user, before == Shown::kAway ? Shown::kOnline : Shown::kAway, due);
}

void LoadWorker::ChangeCelebrity(Nanos due) {
  if (states_[0] != State::kReady) return;
  Change(0, parts_.truth.shown(0) == Shown::kOffline ? Shown::kOnline : Shown::kOffline, due);
}

void LoadWorker::Change(User user, Shown shown, Nanos due) {
  if (shown == Shown::kOffline) StopFollowing(user, NowNanos());
  parts_.truth.Put(user, shown, due);
  links_->Say(user);
  phase().changes.Add();
  phase().lateness.Record(NowNanos() - due);
}

void LoadWorker::Verify() {
  std::size_t wrong = 0;
  for (std::uint32_t local = 0; local < opened_; ++local) {
    const User user = parts_.plan.UserOf(local);
    const bool is_there = states_[local] == State::kReady && parts_.truth.shown(user) != Shown::kOffline;
    if (is_there) wrong += parts_.followers.CountWrong(user);
  }
  phase().lost.Set(wrong);
  Finish();
}

void LoadWorker::OnReady(User user, Nanos hello_began) {
  const std::uint32_t local = parts_.plan.LocalOf(user);
  if (states_[local] == State::kReturning) return BackFrom(local);
  states_[local] = State::kReady;
  ++settled_;
  const Nanos now = NowNanos();
  phase().hello.Record(now - hello_began);
  phase().last_ready.Set(now);
  parts_.board.ready.Add();
}

void LoadWorker::OnBegin(User follower) {
  const Nanos now = NowNanos();
  const Returns::Parted* const parted = returns_.Find(parts_.plan.LocalOf(follower));
  if (parted != nullptr && parted->was_online) {
    phase().stale.RaiseTo(parts_.followers.LongestWrong(follower, now));
  }
  EndFlaps(follower, now);
  parts_.followers.Begin(follower, now);
}

/// Who is offline hears nothing, so that nothing they take for true counts.
void LoadWorker::StopFollowing(User follower, Nanos now) {
  EndFlaps(follower, now);
  parts_.followers.Begin(follower, now);
}

/// What the follower takes for true, it does no longer: it goes, or begins anew.
void LoadWorker::EndFlaps(User follower, Nanos now) {
  const auto change_of = [this](User user) { return parts_.truth.Latest(user).number; };
  phase().stale.RaiseTo(flaps_.EndAll(follower, change_of, now));
}

void LoadWorker::OnUpdate(User follower, const ServerLine& line, Nanos now) {
  const std::uint64_t index = line.user_id - parts_.plan.first_id;
  const bool is_ours = line.user_id >= parts_.plan.first_id && index < parts_.plan.users;
  const auto friend_ = static_cast<User>(index);
  const Hearing hearing = is_ours ? parts_.followers.Hear(follower, friend_, line.shown, line.change, now)
                                  : Hearing{.heard = Heard::kStranger};
  PhaseTallies& tallies = phase();
  tallies.heard[static_cast<std::size_t>(hearing.heard)].Add();
  WatchFlaps(follower, friend_, hearing.heard, now);
  if (hearing.heard != Heard::kChange) return;
  if (hearing.ambiguous) tallies.ambiguous.Add();
  if (parts_.celebrity_every > 0 && friend_ == 0) {
    tallies.celebrity.Record(hearing.latency);
    return CountCelebrity(hearing);
  }
  tallies.latency.Record(hearing.latency);
}

void LoadWorker::WatchFlaps(User follower, User friend_, Heard heard, Nanos now) {
  if (heard == Heard::kStranger) return;
  const std::uint32_t change = parts_.truth.Latest(friend_).number;
  if (heard == Heard::kFalseFlap) return flaps_.Begin(follower, friend_, change, now);
  phase().stale.RaiseTo(flaps_.End(follower, friend_, change, now));
}

void LoadWorker::CountCelebrity(const Hearing& hearing) {
  const std::uint32_t round = hearing.change - parts_.command.celebrity_base - 1;
  if (round >= parts_.rounds.size()) return;
  parts_.rounds[round].heard.fetch_add(1, std::memory_order_relaxed);
  RaiseTo(parts_.rounds[round].last, hearing.latency);
}

void LoadWorker::OnLost(User user, const Loss& loss) {
  const std::uint32_t local = parts_.plan.LocalOf(user);
  State& state = states_[local];
  const bool was_there = state == State::kReady || state == State::kReturning;
  const auto on_cut = parts_.command.on_cut;
  if (was_there && on_cut == Command::OnCut::kReturn) return Part(local, loss);
  Nanos gone_at = NowNanos();
  if (was_there && on_cut == Command::OnCut::kGone) {
    phase().cut.Add();
    gone_at = parts_.command.fault_at.load(std::memory_order_relaxed);
  } else {
    parts_.board.SetTrouble(loss.why);
    if (!was_there) ++settled_;
    (was_there ? parts_.board.dropped : parts_.board.failed).Add();
  }
  state = State::kLost;
  if (parts_.truth.shown(user) != Shown::kOffline) parts_.truth.Put(user, Shown::kOffline, gone_at);
}

/// Lost their server: a player's own program would now find another one. What they show stays as it is, so
/// nobody should hear of it.
void LoadWorker::Part(std::uint32_t local, const Loss& loss) {
  const Nanos now = NowNanos();
  if (states_[local] == State::kReady) phase().cut.Add();
  if (states_[local] == State::kReturning) --returning_;
  const bool is_first = states_[local] == State::kReady;
  states_[local] = State::kAway;
  const bool is_online = parts_.truth.shown(parts_.plan.UserOf(local)) != Shown::kOffline;
  if (!is_online) return;  // They come when they come online.
  const Returns::Parted* const before = returns_.Find(local);
  const bool goes_on = !is_first && before != nullptr;
  returns_.Add(local,
               {.lost_at = goes_on ? before->lost_at : now,
                .server = PickServer(loss.go_to),
                .was_online = goes_on ? before->was_online : true},
               now + random_.Below(kReturnJitter));
  parts_.board.away.Set(returns_.size());
}

/// Whose server went while they were offline.
void LoadWorker::ComeBackOnline(std::uint32_t local, Nanos due) {
  parts_.truth.Put(parts_.plan.UserOf(local), Shown::kOnline, due);
  phase().changes.Add();
  returns_.Add(local, {.lost_at = due, .server = PickServer({})}, due);
  parts_.board.away.Set(returns_.size());
}

std::uint32_t LoadWorker::PickServer(const std::string& go_to) {
  if (!go_to.empty()) {
    if (const auto named = FindServer(parts_.plan, go_to)) return *named;
  }
  const std::uint64_t up = parts_.command.up.load(std::memory_order_relaxed);
  turn_ = NextServer(up, turn_, static_cast<std::uint32_t>(parts_.plan.servers.size()));
  return turn_;
}

Nanos LoadWorker::ReturnMore(Nanos now) {
  while (returning_ < MostOpening()) {
    const auto local = returns_.TakeDue(now);
    if (!local.has_value()) return returns_.next_due();
    Return(*local);
  }
  return kNeverDue;
}

void LoadWorker::Return(std::uint32_t local) {
  states_[local] = State::kReturning;
  ++returning_;
  const User user = parts_.plan.UserOf(local);
  const Status status = links_->Open(user, returns_.Find(local)->server);
  if (!status.ok()) OnLost(user, {.why = std::string(status.message())});
}

void LoadWorker::BackFrom(std::uint32_t local) {
  states_[local] = State::kReady;
  --returning_;
  phase().returned.Add();
  phase().hello.Record(NowNanos() - returns_.Find(local)->lost_at);
  returns_.Forget(local);
  parts_.board.away.Set(returns_.size());
}

}  // namespace oofgg::load
