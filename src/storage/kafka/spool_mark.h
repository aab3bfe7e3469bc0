#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "oofgg/status.h"

namespace oofgg::storage {

/// A place between two records of a spool.
struct SpoolPlace {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  friend auto operator<=>(const SpoolPlace&, const SpoolPlace&) = default;
};

/// The file that says up to where a spool's records are with Kafka. It survives the death of the process; a
/// power cut may set it back, and records are then sent again. Threads: one at a time.
class SpoolMark {
 public:
  /// Opens it, made if need be.
  static StatusOr<SpoolMark> Open(const std::string& path);
  ~SpoolMark();
  SpoolMark(SpoolMark&& other) noexcept;
  SpoolMark& operator=(SpoolMark&&) = delete;

  /// Nothing: it says nothing that makes sense.
  [[nodiscard]] std::optional<SpoolPlace> Read() const;
  Status Write(SpoolPlace place);

 private:
  SpoolMark(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
};

}  // namespace oofgg::storage
