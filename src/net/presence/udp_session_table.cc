#include "net/presence/udp_session_table.h"

#include <absl/hash/hash.h>

#include <chrono>

namespace oofgg::net {

std::size_t UdpSessionTable::Hash::operator()(std::uint32_t slot) const {
  return (*this)((*sessions)[slot].peer);
}

std::size_t UdpSessionTable::Hash::operator()(const UdpPeer& peer) const {
  return absl::Hash<std::string_view>()(peer.bytes());
}

UdpSessionTable::UdpSessionTable(TimePoint epoch)
    : epoch_(epoch), by_peer_(0, Hash{&sessions_}, Equal{&sessions_}) {}

std::uint32_t UdpSessionTable::Find(const UdpPeer& peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? kNoSession : *found;
}

std::uint32_t UdpSessionTable::Add(const UdpPeer& peer, presence::ProtocolVersion version, TimePoint now) {
  const std::uint32_t slot = sessions_.Take();
  UdpSession& session = sessions_[slot];
  session.peer = peer;
  session.in_use = true;
  session.is_v2 = version == presence::ProtocolVersion::kV2;
  ++session.generation;
  session.heard = Milliseconds(now);
  by_peer_.insert(slot);
  Link(slot);
  return slot;
}

void UdpSessionTable::Remove(std::uint32_t slot) {
  Unlink(slot);
  by_peer_.erase(slot);
  const std::uint32_t generation = sessions_[slot].generation;
  sessions_[slot] = UdpSession();
  sessions_[slot].generation = generation;
  sessions_.Give(slot);
}

void UdpSessionTable::Touch(std::uint32_t slot, TimePoint now) {
  sessions_[slot].heard = Milliseconds(now);
  if (SilenceOf(sessions_[slot]).newest == slot) return;
  Unlink(slot);
  Link(slot);
}

TimePoint UdpSessionTable::HeardAt(std::uint32_t slot, TimePoint now) const {
  const std::uint32_t ago = Milliseconds(now) - sessions_[slot].heard;  // Right across 2^32, too.
  return now - std::chrono::milliseconds(ago);
}

std::uint32_t UdpSessionTable::Milliseconds(TimePoint now) const {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - epoch_).count());
}

void UdpSessionTable::Link(std::uint32_t slot) {
  Silence& silence = SilenceOf(sessions_[slot]);
  sessions_[slot].earlier = silence.newest;
  sessions_[slot].later = kNoSession;
  (silence.newest == kNoSession ? silence.oldest : sessions_[silence.newest].later) = slot;
  silence.newest = slot;
}

void UdpSessionTable::Unlink(std::uint32_t slot) {
  const UdpSession& session = sessions_[slot];
  Silence& silence = SilenceOf(session);
  (session.earlier == kNoSession ? silence.oldest : sessions_[session.earlier].later) = session.later;
  (session.later == kNoSession ? silence.newest : sessions_[session.later].earlier) = session.earlier;
}

}  // namespace oofgg::net
