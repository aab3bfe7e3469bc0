#include "auth/revocation_hub.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/parse.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kMaxMessage = 500;

std::size_t SizeOf(const Revocations& message) {
  return message.sessions.size() + message.deleted_users.size();
}

void Tell(const Revocation& entry, Revocations& message) {
  if (entry.IsDeletion()) {
    message.deleted_users.push_back({entry.user_id, entry.revoked_at, entry.until});
  } else {
    message.sessions.push_back({entry.session_id, entry.revoked_at, entry.until});
  }
}

constexpr std::chrono::milliseconds kRetry{250};

/// `LOG-ID:SEQUENCE`.
std::string PrintCursor(const std::string& log_id, std::int64_t sequence) {
  return log_id + ":" + std::to_string(sequence);
}

/// Nothing if it is of another log, or none at all.
std::optional<std::int64_t> ReadCursor(std::string_view cursor, const std::string& log_id) {
  const std::size_t colon = cursor.rfind(':');
  if (colon == std::string_view::npos || cursor.substr(0, colon) != log_id) return std::nullopt;
  const auto sequence = ParseInteger<std::int64_t>(cursor.substr(colon + 1), 0);
  return sequence.ok() ? std::optional(*sequence) : std::nullopt;
}

}  // namespace

class RevocationHub::State : public std::enable_shared_from_this<State> {
 public:
  /// How far a watcher has been told.
  struct Place {
    std::uint64_t log = 0;  ///< Counts the logs that were read here.
    std::int64_t sequence = 0;
    bool reset = false;  ///< To be told that it may have missed some.
  };

  State(RefreshStore& store, Executor& executor, const Clock& clock, RevocationHubOptions options)
      : store_(store), executor_(executor), clock_(clock), options_(std::move(options)) {}

  /// Reads until there is nothing more.
  Status Read() {
    while (true) {
      OOFGG_ASSIGN_OR_RETURN(RevocationPage page, store_.ReadRevocations(Head(), kPage));
      if (Take(std::move(page))) return {};
    }
  }

  void Poke() {
    const std::lock_guard lock(mutex_);
    PokeLocked();
  }

  void StartTimers() {
    const std::lock_guard lock(mutex_);
    Schedule(options_.heartbeat, &State::Beat);
    if (options_.poll.count() > 0) Schedule(options_.poll, &State::Poll);
  }

  void Stop() {
    std::unique_lock lock(reading_);  // Waits for a read under way.
    const std::lock_guard state_lock(mutex_);
    stopped_ = true;
  }

  void Add(Watcher* watcher) {
    const std::lock_guard lock(mutex_);
    watchers_.insert(watcher);
  }
  void Remove(Watcher* watcher) {
    const std::lock_guard lock(mutex_);
    watchers_.erase(watcher);
  }

  /// Where a watcher begins; with a reset if that is not where it wished to.
  Place Begin(std::string_view cursor) const {
    const std::lock_guard lock(mutex_);
    if (cursor.empty()) return {.log = log_};
    const auto wished = ReadCursor(cursor, log_id_);
    const bool is_here = wished.has_value() && *wished >= floor_ && *wished <= head_;
    return {.log = log_, .sequence = is_here ? *wished : 0, .reset = !is_here};
  }

  /// The next entries after `place`, which goes on.
  Revocations After(Place& place) const {
    const std::lock_guard lock(mutex_);
    Revocations message;
    if (place.log != log_) place = {.log = log_, .sequence = 0, .reset = true};
    for (auto entry = std::upper_bound(deletions_.begin(), deletions_.end(), place.sequence, IsBefore);
         entry != deletions_.end() && SizeOf(message) < kMaxMessage; ++entry) {
      Tell(*entry, message);
      place.sequence = entry->sequence;
    }
    if (SizeOf(message) < kMaxMessage) {
      // What is not read yet may lie before the floor.
      place.sequence = std::max(place.sequence, std::min(floor_, head_));
    }
    for (auto entry = std::upper_bound(entries_.begin(), entries_.end(), place.sequence, IsBefore);
         entry != entries_.end() && SizeOf(message) < kMaxMessage; ++entry) {
      Tell(*entry, message);
      place.sequence = entry->sequence;
    }
    message.cursor = PrintCursor(log_id_, place.sequence);
    message.reset = std::exchange(place.reset, false);
    return message;
  }

  [[nodiscard]] std::int64_t Head() const {
    const std::lock_guard lock(mutex_);
    return head_;
  }
  [[nodiscard]] std::uint64_t beats() const {
    const std::lock_guard lock(mutex_);
    return beats_;
  }

 private:
  /// False if there is more to read.
  bool Take(RevocationPage page) {
    const std::lock_guard lock(mutex_);
    // A database that lost its last commits, as in a failover, fills the same numbers with other entries.
    if (page.log_id != log_id_ || page.head < head_) {
      const bool is_first = log_id_.empty();
      log_id_ = page.log_id;
      ++log_;
      entries_.clear();
      deletions_.clear();
      floor_ = head_ = 0;
      if (!is_first) return false;  // Another database in place of the former: read from its beginning.
    }
    if (page.floor > head_) DropUpTo(page.floor);  // What went is past its use.
    for (Revocation& entry : page.entries) {
      head_ = entry.sequence;
      if (options_.on_revoked) options_.on_revoked(entry);
      (head_ > floor_ ? entries_ : deletions_).push_back(std::move(entry));
    }
    if (page.entries.empty()) head_ = std::max(head_, page.head);
    DropEnded();
    const bool is_last = page.entries.empty() || head_ >= page.head;
    if (is_last) WakeLocked();
    return is_last;
  }

  void DropEnded() {
    const WallTime now = clock_.WallNow();
    std::int64_t ended = floor_;
    for (const Revocation& entry : entries_) {
      const bool is_over = entry.until < now;
      if (is_over) ended = entry.sequence;
      if (!is_over && !entry.IsDeletion()) break;
    }
    DropUpTo(ended);
    while (!deletions_.empty() && deletions_.front().until < now) deletions_.pop_front();
  }

  /// Of what is before it, only deletions stay.
  void DropUpTo(std::int64_t floor) {
    floor_ = floor;
    for (; !entries_.empty() && entries_.front().sequence <= floor; entries_.pop_front()) {
      if (entries_.front().IsDeletion()) deletions_.push_back(std::move(entries_.front()));
    }
  }

  static bool IsBefore(std::int64_t sequence, const Revocation& entry) { return sequence < entry.sequence; }

  void PokeLocked() {
    if (stopped_ || std::exchange(poked_, true)) return;
    executor_.Post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->ReadAgain();
    });
  }

  void ReadAgain() {
    const std::lock_guard reading(reading_);
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
      poked_ = false;
    }
    const Status status = Read();
    if (status.ok()) return;
    Log(LogLevel::kWarning, "auth", "cannot read the revocations: " + status.ToString() + "; trying again");
    const std::lock_guard lock(mutex_);
    Schedule(kRetry, &State::Poke);
  }

  void Beat() {
    const std::lock_guard lock(mutex_);
    ++beats_;
    WakeLocked();
    Schedule(options_.heartbeat, &State::Beat);
  }

  void Poll() {
    const std::lock_guard lock(mutex_);
    PokeLocked();
    Schedule(options_.poll, &State::Poll);
  }

  void Schedule(std::chrono::milliseconds after, void (State::*chore)()) {
    if (stopped_) return;
    executor_.PostAt(DeadlineAfter(clock_.Now(), after), [weak = weak_from_this(), chore] {
      if (const auto self = weak.lock()) (self.get()->*chore)();
    });
  }

  void WakeLocked();

  RefreshStore& store_;
  Executor& executor_;
  const Clock& clock_;
  const RevocationHubOptions options_;
  std::mutex reading_;  // Held while the store is read; before `mutex_`.
  mutable std::mutex mutex_;
  bool stopped_ = false;
  bool poked_ = false;
  std::string log_id_;
  std::uint64_t log_ = 0;
  std::int64_t floor_ = 0;
  std::int64_t head_ = 0;
  std::uint64_t beats_ = 0;
  std::deque<Revocation> entries_;    // Those after `floor_`, without gaps.
  std::deque<Revocation> deletions_;  // Those up to it; they matter for longer.
  std::set<Watcher*> watchers_;
};

class RevocationHub::Watcher final : public StreamHandler<WatchRevocationsRequest, Revocations> {
 public:
  Watcher(std::shared_ptr<State> state, std::string_view cursor, std::shared_ptr<StreamHost> stream)
      : state_(std::move(state)), stream_(std::move(stream)), place_(state_->Begin(cursor)) {
    state_->Add(this);
  }
  ~Watcher() override { state_->Remove(this); }

  void OnMessage(WatchRevocationsRequest) override {}
  void OnClose() override {
    state_->Remove(this);
    stream_.reset();
  }

  std::optional<Revocations> Next() override {
    const std::uint64_t beats = state_->beats();
    Revocations message = state_->After(place_);
    const bool is_due = !greeted_ || message.reset || beats != beats_;
    if (SizeOf(message) == 0 && !is_due) return std::nullopt;
    greeted_ = true;
    beats_ = beats;
    return message;
  }

  /// Under the state's lock, so that the watcher cannot go meanwhile.
  void Wake() { stream_->Wake(); }

 private:
  const std::shared_ptr<State> state_;
  std::shared_ptr<StreamHost> stream_;  // Null once closed, when nobody wakes us any more.
  State::Place place_;
  std::uint64_t beats_ = 0;
  bool greeted_ = false;
};

void RevocationHub::State::WakeLocked() {
  for (Watcher* const watcher : watchers_) watcher->Wake();
}

StatusOr<std::unique_ptr<RevocationHub>> RevocationHub::Start(RefreshStore& store, Executor& executor,
                                                              const Clock& clock,
                                                              RevocationHubOptions options) {
  const auto state = std::make_shared<State>(store, executor, clock, std::move(options));
  OOFGG_RETURN_IF_ERROR(state->Read());
  state->StartTimers();
  return std::unique_ptr<RevocationHub>(new RevocationHub(state));
}

RevocationHub::~RevocationHub() { state_->Stop(); }

void RevocationHub::Poke() { state_->Poke(); }

StreamHandlerPtr<WatchRevocationsRequest, Revocations> RevocationHub::Watch(
    std::string_view cursor, std::shared_ptr<StreamHost> stream) {
  return std::make_shared<Watcher>(state_, cursor, std::move(stream));
}

std::int64_t RevocationHub::head() const { return state_->Head(); }

}  // namespace oofgg::auth
