#pragma once

#include <absl/functional/function_ref.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "game/string_map.h"
#include "oofgg/clock.h"

namespace oofgg::storage {

struct RowCacheOptions {
  std::size_t max_bytes = 16U << 20;  ///< What is kept, roughly; then what was asked for least lately goes.
  /// How long after it was read a row is still told. The default, for ever, is right where all writes go
  /// through the cache: then nothing it tells was ever replaced.
  Duration max_age = Duration::max();
};

/// Rows of a store by key, whatever they are; storage/cached/game/row_cache.h gives them their type.
///
/// A read of the store that overlaps a write of the same part of the table is not kept, whichever of them
/// the store did first; nor does a row go on being told while it is written. Threads: safe; locks are leaves,
/// one for each part, held for some 100 ns.
class RowTable {
 public:
  using RowPtr = std::shared_ptr<const void>;

  /// `clock` outlives the table.
  RowTable(const Clock& clock, const RowCacheOptions& options);

  /// Null: it is not here, or too old.
  [[nodiscard]] RowPtr Find(std::string_view key);

  /// A read of the store that is about to begin.
  struct Reading {
    std::uint64_t writes = 0;
    bool quiet = false;
    TimePoint begun{};
  };
  [[nodiscard]] Reading BeginReading(std::string_view key);
  /// Keeps what was read, unless it may have been replaced since.
  void Keep(const Reading& reading, std::string_view key, RowPtr row, std::size_t bytes);

  /// A write of the row to the store that is about to begin; it is not told again until `EndWriting`.
  [[nodiscard]] Reading BeginWriting(std::string_view key);
  /// `row` is how it is now; null: gone, or who knows.
  void EndWriting(const Reading& writing, std::string_view key, RowPtr row, std::size_t bytes);

  /// The same for a write of rows whose keys are not known: of all that `is_one` says yes to.
  void BeginWritingSome(absl::FunctionRef<bool(const void* row)> is_one);
  void EndWritingSome();

  /// Whether all writes go through it, so that nothing it tells was ever replaced.
  [[nodiscard]] bool is_exact() const { return options_.max_age == Duration::max(); }

 private:
  struct Entry {
    RowPtr row;
    std::size_t bytes = 0;
    TimePoint read_at{};
  };
  using Entries = game::StringMap<Entry>;
  struct alignas(64) Part {
    std::mutex mutex;
    Entries young;  // Asked for since the last turn …
    Entries old;    // … and not. What is still here at the next one goes.
    std::size_t young_bytes = 0;
    std::uint64_t writes = 0;  // Begun until now …
    std::size_t writing = 0;   // … and not ended.
  };
  static constexpr std::size_t kParts = 64;

  [[nodiscard]] Part& PartOf(std::string_view key);
  [[nodiscard]] TimePoint Now() const { return is_exact() ? TimePoint() : clock_.Now(); }
  void Put(Part& part, std::string_view key, Entry entry, Entries& over) const;
  static void Erase(Part& part, std::string_view key);

  const Clock& clock_;
  const RowCacheOptions options_;
  std::array<Part, kParts> parts_;
};

}  // namespace oofgg::storage
