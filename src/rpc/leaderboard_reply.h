#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "game/board_page.h"

namespace oofgg::rpc {

/// Writes pages down as `StandardResponse`, in the very bytes in which protobuf writes it. Entry by entry: a
/// message of a hundred would be made of some thousand pieces of memory first. The entries of a page that was
/// asked for before, and has not changed, are not even written again: as rows are shared, it is seen without
/// looking into them. Threads: safe.
class LeaderboardReplies {
 public:
  [[nodiscard]] grpc::ByteBuffer Write(const game::BoardPage& page);

 private:
  struct Written {
    std::vector<game::BoardPage::Entry> entries;
    std::string bytes;
  };
  using WrittenPtr = std::shared_ptr<const Written>;
  /// Each list and place on it has one, which it may share.
  struct Slot {
    std::mutex mutex;
    WrittenPtr written;
  };
  static constexpr std::size_t kSlots = 64;  // Some 2 MB, when all hold a hundred entries.

  [[nodiscard]] WrittenPtr EntriesOf(const game::BoardPage& page);

  std::array<Slot, kSlots> slots_;
};

}  // namespace oofgg::rpc
