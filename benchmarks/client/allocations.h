#pragma once

#include <cstdint>

/// Calls of operator new in this program until now, on all threads.
[[nodiscard]] std::uint64_t AllocationCount();
