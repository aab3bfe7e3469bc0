#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/presence/udp_session.h"
#include "oofgg/clock.h"
#include "presence/slab.h"

namespace oofgg::net {

/// The players on UDP, found by peer, and in the order in which they were last heard. Threads: one owner.
class UdpSessionTable {
 public:
  /// `epoch`: the first moment that will be told.
  explicit UdpSessionTable(TimePoint epoch);

  /// kNoSession if there is none.
  [[nodiscard]] std::uint32_t Find(const UdpPeer& peer) const;
  /// A new session of `peer`, who has none, heard `now`. It speaks one version to its end.
  std::uint32_t Add(const UdpPeer& peer, presence::ProtocolVersion version, TimePoint now);
  void Remove(std::uint32_t slot);
  /// `peer` was heard `now`. Moments must not go backwards.
  void Touch(std::uint32_t slot, TimePoint now);

  /// Who of that version was silent longest, and since when.
  [[nodiscard]] std::uint32_t oldest(presence::ProtocolVersion version) const {
    return (version == presence::ProtocolVersion::kV2 ? v2_ : v1_).oldest;
  }
  [[nodiscard]] TimePoint HeardAt(std::uint32_t slot, TimePoint now) const;

  UdpSession& operator[](std::uint32_t slot) { return sessions_[slot]; }
  const UdpSession& operator[](std::uint32_t slot) const { return sessions_[slot]; }
  [[nodiscard]] std::size_t size() const { return sessions_.in_use(); }
  /// Slots below this have been used; `in_use` says whether they are.
  [[nodiscard]] std::uint32_t end() const { return sessions_.end(); }

 private:
  struct Hash {
    using is_transparent = void;
    const presence::Slab<UdpSession>* sessions;
    std::size_t operator()(std::uint32_t slot) const;
    std::size_t operator()(const UdpPeer& peer) const;
  };
  struct Equal {
    using is_transparent = void;
    const presence::Slab<UdpSession>* sessions;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::uint32_t a, const UdpPeer& b) const { return (*sessions)[a].peer == b; }
    bool operator()(const UdpPeer& a, std::uint32_t b) const { return (*sessions)[b].peer == a; }
  };

  /// Sessions in the order in which they were heard.
  struct Silence {
    std::uint32_t oldest = kNoSession;
    std::uint32_t newest = kNoSession;
  };
  [[nodiscard]] Silence& SilenceOf(const UdpSession& session) { return session.is_v2 ? v2_ : v1_; }

  [[nodiscard]] std::uint32_t Milliseconds(TimePoint now) const;
  void Link(std::uint32_t slot);
  void Unlink(std::uint32_t slot);

  const TimePoint epoch_;
  presence::Slab<UdpSession> sessions_;
  absl::flat_hash_set<std::uint32_t, Hash, Equal> by_peer_;
  Silence v1_;
  Silence v2_;
};

}  // namespace oofgg::net
