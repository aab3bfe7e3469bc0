#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace oofgg::auth {

/// The memory in which passwords are hashed, some 20 MiB a hash, and with it how many are hashed at once.
///
/// A heap either keeps such blocks for good in each thread, or maps them anew each time, which takes longer
/// than half the hash: here a block goes from one hash to the next as long as somebody waits, and back to the
/// kernel when nobody does (docs/decisions/0020-hash-memory.md). Threads: safe.
class HashMemory {
 public:
  /// At most `at_once` blocks; 0: no limit.
  explicit HashMemory(std::size_t at_once) : at_once_(at_once) {}
  ~HashMemory();
  HashMemory(const HashMemory&) = delete;
  HashMemory& operator=(const HashMemory&) = delete;

  /// A block for one hash, held by one thread.
  class Block {
   public:
    /// Waits until there is one.
    explicit Block(HashMemory& memory) : memory_(memory), area_(memory.Take()) {}
    ~Block() { memory_.GiveBack(area_); }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    /// `bytes` of memory, valid until the next call or the end; null if there is none.
    [[nodiscard]] void* Resize(std::size_t bytes);

   private:
    friend class HashMemory;
    struct Area {
      void* start = nullptr;
      std::size_t bytes = 0;
    };

    HashMemory& memory_;
    Area area_;
  };

 private:
  using Area = Block::Area;

  Area Take();
  void GiveBack(Area area);
  static void Unmap(const Area& area);

  const std::size_t at_once_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t in_use_ = 0;
  std::size_t waiting_ = 0;
  std::vector<Area> spare_;  // Empty while nobody waits.
};

}  // namespace oofgg::auth
