#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/status.h"
#include "storage/jsonl/append_file.h"
#include "storage/kafka/folder_lock.h"
#include "storage/kafka/spool_frame.h"
#include "storage/kafka/spool_mark.h"

namespace oofgg::storage {

struct SpoolOptions {
  std::uint64_t limit_bytes = std::uint64_t{1} << 30;    ///< Of all segments together.
  std::uint64_t segment_bytes = std::uint64_t{8} << 20;  ///< An eighth of the limit at most.
  /// Kept free for what was let in; an eighth of the limit at most.
  std::uint64_t reserve_bytes = std::uint64_t{1} << 20;
};

/// Records on disk that wait to be shipped, in order: `FOLDER/NUMBER.spool`, each with an end that grows or
/// done with, and `FOLDER/shipped`. A record survives the death of this process once it is appended; a power
/// cut may take what came after the last `Sync`.
/// Threads: safe. Reading is SpoolReader's.
class Spool {
 public:
  /// Goes on with what is in the folder, which is made if need be; half a record at the end, which nobody was
  /// told is kept, is cut off; what is damaged otherwise stays as it is. kFailedPrecondition: another process
  /// has it open. kUnavailable: the disk.
  static StatusOr<std::unique_ptr<Spool>> Open(std::string folder, SpoolOptions options = {});

  /// As EventLog::CheckRoom: the limit less the reserve is not reached, and the disk has room.
  [[nodiscard]] Status CheckRoom();
  /// kUnavailable: no room, or the disk failed. kInvalidArgument: larger than `kMaxSpoolRecord`.
  [[nodiscard]] Status Append(const SpoolRecord& record);
  /// Waits for the disk.
  [[nodiscard]] Status Sync();

  /// Everything before it is shipped.
  [[nodiscard]] SpoolPlace shipped() const;
  /// Says so, and removes segments that are wholly shipped.
  Status MarkShipped(SpoolPlace place);

  /// A segment as it is now; empty if it was shipped and is gone.
  struct Extent {
    std::uint64_t size = 0;
    std::uint64_t next = 0;  ///< The segment after it; 0: it is the last one.
  };
  [[nodiscard]] Extent ExtentOf(std::uint64_t segment) const;
  [[nodiscard]] std::string PathOf(std::uint64_t segment) const;

  /// That wait to be shipped.
  [[nodiscard]] std::uint64_t waiting_bytes() const;
  [[nodiscard]] std::uint64_t limit_bytes() const { return options_.limit_bytes; }
  /// How often somebody was told that there is no room.
  [[nodiscard]] std::uint64_t refusals() const;

 private:
  Spool(std::string folder, SpoolOptions options, FolderLock lock, SpoolMark mark);
  Status Load();
  static Status MendEnd(AppendFile& last, bool& goes_on);
  void PlaceMark();
  // Under the lock:
  Status Begin(std::uint64_t segment);
  Status MakeRoom();
  Status RemoveShipped();
  /// The current segment has all that one is to have.
  [[nodiscard]] bool IsLong() const;
  Status Refuse(const Status& why);
  void WarnOfFilling();
  [[nodiscard]] std::uint64_t Waiting() const;

  const std::string folder_;
  const SpoolOptions options_;
  const FolderLock lock_;

  mutable std::mutex mutex_;  // Guards what follows; held for one write(2), and while segments come and go.
  SpoolMark mark_;
  SpoolPlace shipped_{};
  std::map<std::uint64_t, std::uint64_t> sizes_;  // Of all segments there are, the current one among them.
  std::uint64_t total_ = 0;                       // Of `sizes_`.
  std::shared_ptr<AppendFile> current_;
  std::vector<std::shared_ptr<AppendFile>> unsynced_;  // Done with, but for the disk.
  Status room_;                                        // Whether the disk has some.
  std::uint64_t refusals_ = 0;
  bool warned_ = false;
};

}  // namespace oofgg::storage
