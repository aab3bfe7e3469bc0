#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Something that every server must stop to honour. Times are kept to the millisecond.
struct RevocationNews {
  enum class Subject { kSession, kUser };

  Subject subject = Subject::kSession;
  std::string id{};          ///< Of the session (`sid`) or of the user (`sub`).
  WallTime revoked_at{};     ///< Of a user: tokens issued before then are void.
  WallTime matters_until{};  ///< When the last token that it voids has ended by itself.

  friend bool operator==(const RevocationNews&, const RevocationNews&) = default;
};

/// What has come since a cursor.
struct RevocationNewsPage {
  std::vector<RevocationNews> entries{};  ///< Oldest first.
  std::string cursor{};  ///< Where to go on; opaque, and good for other instances of the same feed.
  /// Entries may be missing before these: the store has trimmed or lost some, or the cursor is of no use
  /// here. The reader loads all that is revoked from the truth (the database), then goes on from `cursor`.
  bool reset = false;
};

/// Revocations on their way to every server: an ordered feed that each reads from its own cursor. It is the
/// news, not the truth, which is in the database; so entries may be forgotten when they are old, but never
/// unnoticed. Threads: safe. Errors: kUnavailable and kDeadlineExceeded (the store cannot be reached).
class RevocationFeed {
 public:
  virtual ~RevocationFeed() = default;

  /// Every watcher will have it. On an error it may have been published all the same; again does no harm.
  [[nodiscard]] virtual Status Publish(const RevocationNews& revocation) = 0;

  /// At most `limit` entries after `cursor`; empty if there are none. The empty cursor is before all that is
  /// kept, and always a reset: what was there before it is unknown.
  [[nodiscard]] virtual StatusOr<RevocationNewsPage> ReadAfter(std::string_view cursor,
                                                               std::size_t limit) = 0;

  /// A watch that ends when dropped: no callback begins afterwards, and one that runs is waited for. Not to
  /// be dropped inside a callback.
  class Watch {
   public:
    virtual ~Watch() = default;
  };
  /// Gives every page after `cursor` as it comes, one at a time, on a thread of the feed's. While the store
  /// is away there are none; afterwards the first is a reset. The feed outlives its watches.
  using OnPage = std::function<void(const RevocationNewsPage&)>;
  [[nodiscard]] virtual std::unique_ptr<Watch> WatchAfter(std::string cursor, OnPage on_page) = 0;
};

/// A feed inside one process, of the last `max_entries`.
class MemoryRevocationFeed final : public RevocationFeed {
 public:
  explicit MemoryRevocationFeed(std::size_t max_entries = 100'000);
  ~MemoryRevocationFeed() override;

  [[nodiscard]] Status Publish(const RevocationNews& revocation) override;
  [[nodiscard]] StatusOr<RevocationNewsPage> ReadAfter(std::string_view cursor, std::size_t limit) override;
  [[nodiscard]] std::unique_ptr<Watch> WatchAfter(std::string cursor, OnPage on_page) override;

 private:
  class Watcher;

  /// With mutex_ held.
  [[nodiscard]] RevocationNewsPage PageAfter(std::string_view cursor, std::size_t limit) const;

  const std::size_t max_entries_;
  const std::string instance_;  // A cursor of another process is a stranger's.
  std::mutex mutex_;
  std::condition_variable published_;
  std::deque<RevocationNews> entries_;  // Guarded by mutex_.
  std::uint64_t first_ = 1;             // The number of the first of them; guarded by mutex_.
};

}  // namespace oofgg::auth
