#include "servers/cli/load/returns.h"

#include <algorithm>

namespace oofgg::load {

void Returns::Add(Local local, const Parted& parted, Nanos due) {
  parted_[local] = parted;
  due_.emplace(due, local);
}

std::optional<Returns::Local> Returns::TakeDue(Nanos now) {
  if (due_.empty() || due_.top().first > now) return std::nullopt;
  const Local local = due_.top().second;
  due_.pop();
  return local;
}

const Returns::Parted* Returns::Find(Local local) const {
  const auto found = parted_.find(local);
  return found == parted_.end() ? nullptr : &found->second;
}

std::uint32_t NextServer(std::uint64_t up, std::uint32_t last, std::uint32_t servers) {
  for (std::uint32_t step = 1; step < servers; ++step) {
    const std::uint32_t next = (last + step) % servers;
    if ((up >> next & 1U) != 0) return next;
  }
  return last;
}

std::optional<std::uint32_t> FindServer(const LinkPlan& plan, const std::string& address) {
  const auto wanted = LoopbackServer(address);
  if (!wanted.ok()) return std::nullopt;
  const auto found = std::find_if(plan.servers.begin(), plan.servers.end(), [&](const sockaddr_in& server) {
    return server.sin_port == wanted->sin_port && server.sin_addr.s_addr == wanted->sin_addr.s_addr;
  });
  if (found == plan.servers.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - plan.servers.begin());
}

}  // namespace oofgg::load
