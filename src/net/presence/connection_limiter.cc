#include "net/presence/connection_limiter.h"

#include <utility>

#include "net/presence/farewells.h"

namespace oofgg::net {

AddressKey KeyOf(const boost::asio::ip::address& address) {
  if (address.is_v4() || address.to_v6().is_v4_mapped()) {
    const auto v4 = address.is_v4()
                        ? address.to_v4()
                        : boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    return 0x0000'FFFF'0000'0000ULL | v4.to_uint();  // 0:ffff::/32 is nobody's prefix.
  }
  AddressKey prefix = 0;
  const auto bytes = address.to_v6().to_bytes();
  for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | bytes[i];
  return prefix;
}

bool IsLoopback(AddressKey address) {
  constexpr AddressKey kLoopbackV4 = 0x0000'FFFF'7F00'0000ULL;
  constexpr AddressKey kNetworkV4 = 0xFFFF'FFFF'FF00'0000ULL;
  return address == 0 || (address & kNetworkV4) == kLoopbackV4;
}

Status ConnectionLimiter::Add(AddressKey address) {
  const std::lock_guard lock(mutex_);
  if (door_closed_) return Restarting();
  if (total_ >= most_) {
    ++refusals_.connections;
    return MakeStatus(StatusCode::kResourceExhausted,
                      "the server has all the connections it can take; try later");
  }
  OOFGG_RETURN_IF_ERROR(AddToLocked(address));
  ++total_;
  return absl::OkStatus();
}

Status ConnectionLimiter::Move(AddressKey from, AddressKey to) {
  if (from == to) return absl::OkStatus();
  const std::lock_guard lock(mutex_);
  OOFGG_RETURN_IF_ERROR(AddToLocked(to));
  TakeFromLocked(from);
  return absl::OkStatus();
}

Status ConnectionLimiter::AddToLocked(AddressKey address) {
  std::uint32_t& count = by_address_[address].connections;
  if (count >= most_per_address_) {
    if (count == 0) by_address_.erase(address);
    ++refusals_.connections_of_address;
    return MakeStatus(StatusCode::kResourceExhausted, "too many connections from your address; close some");
  }
  ++count;
  return absl::OkStatus();
}

void ConnectionLimiter::TakeFromLocked(AddressKey address) {
  const auto found = by_address_.find(address);
  if (--found->second.connections == 0) by_address_.erase(found);
}

void ConnectionLimiter::Remove(AddressKey address) {
  std::function<void()> on_empty;
  {
    const std::lock_guard lock(mutex_);
    TakeFromLocked(address);
    if (--total_ == 0 && door_closed_) on_empty = std::exchange(on_empty_, nullptr);
  }
  if (on_empty) on_empty();
}

Status ConnectionLimiter::SetFriends(AddressKey address, std::size_t held, std::size_t wanted) {
  const std::lock_guard lock(mutex_);
  std::uint32_t& friends = by_address_.find(address)->second.friends;
  const std::size_t others = friends - held;
  if (wanted > held && others + wanted > most_friends_per_address_) {
    ++refusals_.friends_of_address;
    return MakeStatus(StatusCode::kResourceExhausted,
                      "too many friends on the lists from your address; send a token, or shorter lists");
  }
  friends = static_cast<std::uint32_t>(others + wanted);
  return absl::OkStatus();
}

ConnectionLimiter::Refusals ConnectionLimiter::refusals() const {
  const std::lock_guard lock(mutex_);
  return refusals_;
}

std::size_t ConnectionLimiter::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

void ConnectionLimiter::CloseDoor(std::function<void()> on_empty) {
  {
    const std::lock_guard lock(mutex_);
    door_closed_ = true;
    if (total_ > 0) on_empty_ = std::exchange(on_empty, nullptr);
  }
  if (on_empty) on_empty();
}

}  // namespace oofgg::net
