#include "storage/redis/auth/redis_revocation_feed.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "oofgg/parse.h"
#include "oofgg/random.h"

namespace oofgg::storage {
namespace {

using auth::RevocationNews;
using auth::RevocationNewsPage;

constexpr std::int64_t kPageSize = 1000;

// Each entry carries a number, one more than that of the entry before, and the name of the life of this
// stream, which whoever writes its first entry draws. So a reader sees a gap, and a stream that has begun
// anew.
const RedisScript& PublishScript() {
  static const RedisScript script(R"lua(
local life, number = ARGV[1], 1
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then life, number = last[2][2], last[2][4] + 1 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'life', life, 'number', string.format('%.0f', number),
  'subject', ARGV[4], 'id', ARGV[5], 'at', ARGV[6], 'until', ARGV[7])
local time = redis.call('TIME')
local oldest = math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2])
redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', oldest))
return number
)lua");
  return script;
}

/// Where a reader is: the entry that it read last. As text, what of it goes to the reader and back.
struct Place {
  std::string entry_id = "0-0";  // Redis' name of it.
  std::string life;
  std::int64_t number = 0;  // 0: nothing was there yet.

  [[nodiscard]] std::string ToCursor() const { return entry_id + "/" + life + "/" + std::to_string(number); }

  static std::optional<Place> FromCursor(std::string_view cursor) {
    const std::size_t first = cursor.find('/');
    const std::size_t last = cursor.rfind('/');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    const auto number = ParseInteger<std::int64_t>(cursor.substr(last + 1), 0);
    // It becomes an argument of XRANGE, whose special ids ("-", "+", "(") it must not be.
    const std::string_view id = cursor.substr(0, first);
    const std::size_t dash = id.find('-');
    if (!number.ok() || dash == std::string_view::npos ||
        !ParseInteger<std::uint64_t>(id.substr(0, dash)).ok() ||
        !ParseInteger<std::uint64_t>(id.substr(dash + 1)).ok()) {
      return std::nullopt;
    }
    return Place{std::string(id), std::string(cursor.substr(first + 1, last - first - 1)), *number};
  }

  /// Whether an entry is the next one.
  [[nodiscard]] bool Precedes(const Place& next) const {
    return next.number == number + 1 && (number == 0 || next.life == life);
  }
  friend bool operator==(const Place&, const Place&) = default;
};

struct Entry {
  Place place;
  RevocationNews revocation;
};

WallTime FromMillis(std::int64_t millis) { return WallTime(std::chrono::milliseconds(millis)); }
std::string Millis(WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// `[id, [name, value, …]]`, in the order in which the script wrote them. What is not ours is an error.
StatusOr<Entry> ParseEntry(const RedisReply& reply) {
  constexpr std::size_t kFields = 6;
  const Status fault =
      MakeStatus(StatusCode::kInternal, "the stream of revocations holds what we have not written");
  if (reply.elements.size() != 2 || reply.elements[1].elements.size() != 2 * kFields) return fault;
  std::array<std::string_view, kFields> values;
  for (std::size_t i = 0; i < kFields; ++i) values[i] = reply.elements[1].elements[2 * i + 1].text;
  const auto& [life, number, subject, id, at, until] = values;
  const auto parsed_number = ParseInteger<std::int64_t>(number, 1);
  const auto parsed_at = ParseInteger<std::int64_t>(at);
  const auto parsed_until = ParseInteger<std::int64_t>(until);
  if (!parsed_number.ok() || !parsed_at.ok() || !parsed_until.ok() ||
      (subject != "session" && subject != "user")) {
    return fault;
  }
  return Entry{
      {reply.elements[0].text, std::string(life), *parsed_number},
      {.subject = subject == "user" ? RevocationNews::Subject::kUser : RevocationNews::Subject::kSession,
       .id = std::string(id),
       .revoked_at = FromMillis(*parsed_at),
       .matters_until = FromMillis(*parsed_until)}};
}

/// Reads of one stream, on whatever client.
class StreamReader {
 public:
  StreamReader(RedisClient& client, const RedisRevocationFeedOptions& options)
      : client_(client), options_(options) {}

  [[nodiscard]] StatusOr<RevocationNewsPage> ReadAfter(std::string_view cursor, std::int64_t limit) {
    if (const std::optional<Place> place = Place::FromCursor(cursor)) {
      OOFGG_ASSIGN_OR_RETURN(const auto page, ReadOn(*place, limit));
      if (page) return *page;
    }
    return ReadAnew(limit);
  }

 private:
  /// Nothing if there is a gap. What was read last is read once more, to see that it is still there.
  [[nodiscard]] StatusOr<std::optional<RevocationNewsPage>> ReadOn(const Place& place, std::int64_t limit) {
    OOFGG_ASSIGN_OR_RETURN(std::vector<Entry> entries, Range(place.entry_id, limit + 1));
    if (!entries.empty() && entries.front().place == place) {
      entries.erase(entries.begin());
    } else if (entries.empty() ? place.number != 0 : !place.Precedes(entries.front().place)) {
      return std::optional<RevocationNewsPage>();
    }
    if (entries.size() > static_cast<std::size_t>(limit)) entries.pop_back();
    return std::optional(PageOf(std::move(entries), place, /*reset=*/false));
  }

  [[nodiscard]] StatusOr<RevocationNewsPage> ReadAnew(std::int64_t limit) {
    OOFGG_ASSIGN_OR_RETURN(std::vector<Entry> entries, Range("-", limit));
    return PageOf(std::move(entries), Place(), /*reset=*/true);
  }

  [[nodiscard]] StatusOr<std::vector<Entry>> Range(std::string_view from, std::int64_t count) {
    RedisCommand command({"XRANGE", options_.stream, from, "+", "COUNT"});
    const TimePoint deadline = DeadlineAfter(Clock::System().Now(), options_.timeout);
    OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, client_.Call(command.Add(count).Idempotent(), deadline));
    std::vector<Entry> entries;
    for (const RedisReply& element : reply.elements) {
      OOFGG_ASSIGN_OR_RETURN(Entry entry, ParseEntry(element));
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  static RevocationNewsPage PageOf(std::vector<Entry> entries, const Place& before, bool reset) {
    RevocationNewsPage page{.cursor = before.ToCursor(), .reset = reset};
    if (!entries.empty()) page.cursor = entries.back().place.ToCursor();
    for (Entry& entry : entries) page.entries.push_back(std::move(entry.revocation));
    return page;
  }

  RedisClient& client_;
  const RedisRevocationFeedOptions& options_;
};

}  // namespace

/// A thread that reads, waits until Redis has more, and reads on.
class RedisRevocationFeed::Watcher final : public Watch {
 public:
  Watcher(const RedisOptions& link, RedisRevocationFeedOptions options, std::string cursor, OnPage on_page)
      : client_(link),
        options_(std::move(options)),
        cursor_(std::move(cursor)),
        on_page_(std::move(on_page)),
        thread_([this] { Run(); }) {}
  ~Watcher() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stopped_.notify_all();
    client_.Shutdown();
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void Run() {
    while (!IsStopping()) {
      if (!ReadAll().ok() || !WaitForMore().ok()) Rest();
    }
  }

  [[nodiscard]] Status ReadAll() {
    while (true) {
      OOFGG_RETURN_IF_ERROR(client_.WaitUntilUp(DeadlineAfter(Clock::System().Now(), options_.timeout)));
      const std::uint64_t link = client_.LinkNumber();
      OOFGG_ASSIGN_OR_RETURN(RevocationNewsPage page,
                             StreamReader(client_, options_).ReadAfter(cursor_, kPageSize));
      if (client_.LinkNumber() != link) continue;  // On which of them it was read nobody knows.
      if (link_ && *link_ != link) page.reset = true;
      link_ = link;
      cursor_ = page.cursor;
      if (IsStopping()) return absl::OkStatus();
      if (page.reset || !page.entries.empty()) on_page_(page);
      if (page.entries.size() < static_cast<std::size_t>(kPageSize)) return absl::OkStatus();
    }
  }

  /// Returns when there is something after our place, and now and then to see whether all that we read is
  /// there.
  [[nodiscard]] Status WaitForMore() {
    const std::string after = Place::FromCursor(cursor_).value_or(Place()).entry_id;
    const RedisCommand command({"XREAD", "COUNT", "1", "BLOCK", std::to_string(options_.block.count()),
                                "STREAMS", options_.stream, after});
    return client_.Call(command, DeadlineAfter(Clock::System().Now(), options_.block + options_.timeout))
        .status();
  }

  /// Redis is away: the client sees to it, and there is no hurry.
  void Rest() {
    std::unique_lock lock(mutex_);
    constexpr std::chrono::milliseconds kRest{50};
    stopped_.wait_for(lock, kRest, [this] { return stopping_; });
  }
  [[nodiscard]] bool IsStopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  RedisClient client_;  // Of our own, as waiting blocks all behind it.
  const RedisRevocationFeedOptions options_;
  std::string cursor_;
  std::optional<std::uint64_t> link_;  // On which we read last.
  const OnPage on_page_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: it uses the others.
};

RedisRevocationFeed::RedisRevocationFeed(RedisClient& client, RedisRevocationFeedOptions options)
    : client_(client), options_(std::move(options)) {}

Status RedisRevocationFeed::Publish(const RevocationNews& revocation) {
  RedisScriptCall call{
      .keys = {options_.stream},
      .arguments = {base::HexEncode(RandomSource::System().Bytes(8)), std::to_string(options_.keep.count()),
                    std::to_string(options_.max_entries),
                    revocation.subject == RevocationNews::Subject::kUser ? "user" : "session", revocation.id,
                    Millis(revocation.revoked_at), Millis(revocation.matters_until)},
      .idempotent = true};  // Revoking twice is as good as once.
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), options_.timeout);
  return client_.CallScript(PublishScript(), std::move(call), deadline).status();
}

StatusOr<RevocationNewsPage> RedisRevocationFeed::ReadAfter(std::string_view cursor, std::size_t limit) {
  const auto count = static_cast<std::int64_t>(std::min<std::size_t>(limit, kPageSize));
  return StreamReader(client_, options_).ReadAfter(cursor, count);
}

std::unique_ptr<auth::RevocationFeed::Watch> RedisRevocationFeed::WatchAfter(std::string cursor,
                                                                             OnPage on_page) {
  return std::make_unique<Watcher>(client_.options(), options_, std::move(cursor), std::move(on_page));
}

}  // namespace oofgg::storage
