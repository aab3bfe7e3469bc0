#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace oofgg::cli {

/// Game servers outlive the maker, so that the next one adopts them; after `oofgg up` there is no next one.
/// Ends those whose records are in `directory`, by SIGTERM and after `patience` by SIGKILL, and returns how
/// many there were.
std::size_t StopGameServers(const std::string& directory,
                            std::chrono::milliseconds patience = std::chrono::milliseconds(5'000));

}  // namespace oofgg::cli
