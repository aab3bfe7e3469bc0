#include "auth/hash_memory.h"

#include <sys/mman.h>

#include <utility>

namespace oofgg::auth {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} * 1024 * 1024;

}  // namespace

HashMemory::~HashMemory() {
  for (const Area& area : spare_) Unmap(area);
}

void* HashMemory::Block::Resize(std::size_t bytes) {
  if (area_.bytes >= bytes) return area_.start;
  Unmap(std::exchange(area_, {}));
  const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* const start = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  // A fault for each 2 MiB instead of each 4 KiB, where the kernel has such pages.
  madvise(start, whole, MADV_HUGEPAGE);
  // What is left of a password's hash belongs into no core file.
  madvise(start, whole, MADV_DONTDUMP);
  area_ = {start, whole};
  return start;
}

HashMemory::Area HashMemory::Take() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  freed_.wait(lock, [this] { return at_once_ == 0 || in_use_ < at_once_; });
  --waiting_;
  ++in_use_;
  if (spare_.empty()) return {};
  const Area area = spare_.back();
  spare_.pop_back();
  return area;
}

void HashMemory::GiveBack(Area area) {
  std::vector<Area> unneeded;
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
    spare_.push_back(area);
    if (waiting_ == 0) unneeded.swap(spare_);
  }
  freed_.notify_one();
  for (const Area& each : unneeded) Unmap(each);
}

void HashMemory::Unmap(const Area& area) {
  if (area.start != nullptr) munmap(area.start, area.bytes);
}

}  // namespace oofgg::auth
