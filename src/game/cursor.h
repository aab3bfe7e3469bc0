#pragma once

#include <string>
#include <string_view>

#include "base/siphash.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Page tokens: where a list goes on. Opaque to callers, signed, and taken by the list that gave it only:
/// `list` names the call and all its filters. Holds nothing that the caller may not see anyway. Threads:
/// safe.
class Cursors {
 public:
  static constexpr std::size_t kSecretBytes = 16;

  /// `secret`: kSecretBytes, the same on all servers of the backend and unknown to callers.
  explicit Cursors(std::string_view secret);

  [[nodiscard]] std::string Encode(std::string_view list, std::string_view position) const;

  /// The position; empty for an empty cursor. kInvalidArgument: not a cursor of this list.
  [[nodiscard]] StatusOr<std::string> Decode(std::string_view list, std::string_view cursor) const;

 private:
  [[nodiscard]] std::string Signature(std::string_view list, std::string_view position) const;

  base::SipHash sign_;
};

/// kInvalidArgument: not a cursor of this list, or of another version of it.
[[nodiscard]] Status NotACursor();

}  // namespace oofgg::game
