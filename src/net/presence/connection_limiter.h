#pragma once

#include <absl/container/flat_hash_map.h>

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>

#include "oofgg/status.h"

namespace oofgg::net {

/// Where a peer comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, since that is what one
/// customer gets.
using AddressKey = std::uint64_t;
[[nodiscard]] AddressKey KeyOf(const boost::asio::ip::address& address);
/// Whether it is this machine's: 127.0.0.0/8, or the /64 of ::1.
[[nodiscard]] bool IsLoopback(AddressKey address);

/// Counts connections, all together and by address, and by address what they watch. Threads: safe.
class ConnectionLimiter {
 public:
  ConnectionLimiter(std::size_t most, std::size_t most_per_address, std::size_t most_friends_per_address)
      : most_(most),
        most_per_address_(most_per_address),
        most_friends_per_address_(most_friends_per_address) {}

  /// Errors: kResourceExhausted that says which limit.
  [[nodiscard]] Status Add(AddressKey address);
  void Remove(AddressKey address);
  /// A connection of `from` turns out to be one of `to`. Errors: kResourceExhausted, and it stays what it
  /// was.
  [[nodiscard]] Status Move(AddressKey from, AddressKey to);
  /// One of the address's connections, which holds `held` entries of friends lists, wants `wanted` instead.
  /// Fewer are always had. Errors: kResourceExhausted, and it holds what it held.
  [[nodiscard]] Status SetFriends(AddressKey address, std::size_t held, std::size_t wanted);
  [[nodiscard]] std::size_t total() const;

  /// How often each limit refused somebody.
  struct Refusals {
    std::uint64_t connections = 0;
    std::uint64_t connections_of_address = 0;
    std::uint64_t friends_of_address = 0;
  };
  [[nodiscard]] Refusals refusals() const;

  /// From now on nobody is added; `on_empty` runs once nobody is left, perhaps inside this call.
  void CloseDoor(std::function<void()> on_empty);

 private:
  struct Peer {
    std::uint32_t connections = 0;
    std::uint32_t friends = 0;
  };

  [[nodiscard]] Status AddToLocked(AddressKey address);
  void TakeFromLocked(AddressKey address);

  const std::size_t most_;
  const std::size_t most_per_address_;
  const std::size_t most_friends_per_address_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  Refusals refusals_;
  bool door_closed_ = false;
  std::function<void()> on_empty_;
  absl::flat_hash_map<AddressKey, Peer> by_address_;
};

}  // namespace oofgg::net
