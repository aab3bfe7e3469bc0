#include "base/forwarded_for.h"

#include "base/trimmed.h"

namespace oofgg {
namespace {

/// The last entry of a list with commas, which is taken off it.
std::string_view TakeLast(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  return base::Trimmed(last);
}

}  // namespace

std::string ForwardedFor(const AddressList& proxies, std::string_view peer, std::string_view forwarded) {
  static const AddressList everything = AddressList::Parse("0.0.0.0/0,::/0").value();
  std::string_view caller = peer;
  while (!forwarded.empty() && proxies.Contains(caller)) {
    const std::string_view before = TakeLast(forwarded);
    if (!everything.Contains(before)) break;
    caller = before;
  }
  return std::string(caller);
}

}  // namespace oofgg
