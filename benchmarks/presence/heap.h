#pragma once

#include <malloc.h>

namespace oofgg {

/// Bytes the heap has given out, malloc's own overhead included.
inline double HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

}  // namespace oofgg
