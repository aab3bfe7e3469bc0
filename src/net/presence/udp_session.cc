#include "net/presence/udp_session.h"

namespace oofgg::net {

bool UdpListParts::Add(const presence::ListPart& place, const std::vector<std::string>& friends) {
  if (place.parts != parts_.size()) return false;
  auto& part = parts_[place.part];
  if (part.has_value()) return true;
  part = friends;
  friends_ += friends.size();
  --missing_;
  return true;
}

std::vector<std::string> UdpListParts::Join() const {
  std::vector<std::string> all;
  all.reserve(friends_);
  for (const auto& part : parts_) {
    if (part.has_value()) all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

}  // namespace oofgg::net
