#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "oofgg/status.h"
#include "storage/jsonl/append_file.h"
#include "storage/kafka/spool.h"
#include "storage/kafka/spool_frame.h"
#include "storage/kafka/spool_mark.h"

namespace oofgg::storage {

/// A record and where it ends: what to mark once it is shipped.
struct SpooledRecord {
  SpoolRecord record;
  SpoolPlace end;
};

/// Reads a spool from a place on, while others append to it. Threads: one owner.
class SpoolReader {
 public:
  /// The spool outlives it.
  SpoolReader(const Spool& spool, SpoolPlace from) : spool_(spool), place_(from) {}

  /// The next records, a few hundred KiB of them; none: it has read all there is. Of a segment that was
  /// damaged on the disk, what can be read; the rest is told to the operator. kUnavailable: it cannot be
  /// read.
  [[nodiscard]] StatusOr<std::vector<SpooledRecord>> Next();

  /// Up to where it has read, or passed over what is damaged.
  [[nodiscard]] SpoolPlace place() const { return place_; }

  /// Whether all was read that there is now.
  [[nodiscard]] bool AtEnd() const;

 private:
  StatusOr<std::vector<SpooledRecord>> ReadChunk(std::uint64_t size, std::size_t bytes);
  void SkipDamage(std::uint64_t size);

  const Spool& spool_;
  SpoolPlace place_;
  std::optional<AppendFile> file_;  // Of `place_`.
};

}  // namespace oofgg::storage
