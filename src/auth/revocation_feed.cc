#include "auth/revocation_feed.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/encoding.h"
#include "oofgg/parse.h"
#include "oofgg/random.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kPageSize = 1000;

}  // namespace

/// Reads on as long as there is something, on a thread of its own.
class MemoryRevocationFeed::Watcher final : public Watch {
 public:
  Watcher(MemoryRevocationFeed& feed, std::string cursor, OnPage on_page)
      : feed_(feed), cursor_(std::move(cursor)), on_page_(std::move(on_page)), thread_([this] { Run(); }) {}
  ~Watcher() override {
    {
      const std::lock_guard lock(feed_.mutex_);
      stopping_ = true;
    }
    feed_.published_.notify_all();
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void Run() {
    while (true) {
      RevocationNewsPage page;
      {
        std::unique_lock lock(feed_.mutex_);
        feed_.published_.wait(lock, [&] {
          if (stopping_) return true;
          page = feed_.PageAfter(cursor_, kPageSize);
          return page.reset || !page.entries.empty();
        });
        if (stopping_) return;
      }
      cursor_ = page.cursor;
      on_page_(page);
    }
  }

  MemoryRevocationFeed& feed_;
  std::string cursor_;
  const OnPage on_page_;
  bool stopping_ = false;  // Guarded by the feed's mutex.
  std::thread thread_;     // Last: it uses the others.
};

MemoryRevocationFeed::MemoryRevocationFeed(std::size_t max_entries)
    : max_entries_(std::max<std::size_t>(max_entries, 1)),
      instance_(base::HexEncode(RandomSource::System().Bytes(8))) {}
MemoryRevocationFeed::~MemoryRevocationFeed() = default;

Status MemoryRevocationFeed::Publish(const RevocationNews& revocation) {
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back(revocation);
    if (entries_.size() > max_entries_) {
      entries_.pop_front();
      ++first_;
    }
  }
  published_.notify_all();
  return absl::OkStatus();
}

StatusOr<RevocationNewsPage> MemoryRevocationFeed::ReadAfter(std::string_view cursor, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  return PageAfter(cursor, limit);
}

RevocationNewsPage MemoryRevocationFeed::PageAfter(std::string_view cursor, std::size_t limit) const {
  const std::uint64_t last = first_ + entries_.size() - 1;
  const std::string prefix = instance_ + ":";
  std::optional<std::uint64_t> seen;
  if (cursor.starts_with(prefix)) {
    const auto number = ParseInteger<std::uint64_t>(cursor.substr(prefix.size()), 0, last);
    if (number.ok() && *number + 1 >= first_) seen = *number;
  }
  RevocationNewsPage page{.reset = !seen.has_value()};
  const std::uint64_t next = seen ? *seen + 1 : first_;
  const std::size_t count = std::min<std::size_t>(limit, static_cast<std::size_t>(last + 1 - next));
  const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(next - first_);
  page.entries.assign(from, from + static_cast<std::ptrdiff_t>(count));
  page.cursor = prefix + std::to_string(next + count - 1);
  return page;
}

std::unique_ptr<RevocationFeed::Watch> MemoryRevocationFeed::WatchAfter(std::string cursor, OnPage on_page) {
  return std::make_unique<Watcher>(*this, std::move(cursor), std::move(on_page));
}

}  // namespace oofgg::auth
