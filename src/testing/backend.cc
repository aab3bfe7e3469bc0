#include "oofgg/testing/backend.h"

#include <map>
#include <utility>
#include <vector>

#include "oofgg/testing/manual_executor.h"
#include "testing/memory_link.h"
#include "testing/memory_services.h"

namespace oofgg::testing {

struct Backend::Impl {
  explicit Impl(BackendOptions options_in)
      : options(std::move(options_in)),
        random(options.seed),
        executor(clock),
        services(options, clock, random, executor) {}

  std::shared_ptr<MemoryLink> NewLink() {
    auto link = std::make_shared<MemoryLink>(services.table(), clock, executor, options.latency);
    all_links.push_back(link);
    return link;
  }

  // Of a client that is gone there is nothing to cut.
  std::shared_ptr<MemoryLink> LinkOf(const Client& client) {
    auto link = links.find(&client);
    return link == links.end() ? nullptr : link->second.lock();
  }

  // One thing more, now or at the next moment at which there is something to do.
  bool Pump() {
    if (executor.RunOne()) return true;
    const auto next = executor.NextTimer();
    if (!next) return false;
    clock.AdvanceTo(*next);
    return executor.RunOne();
  }

  const BackendOptions options;
  FakeClock clock;
  SeededRandom random;
  ManualExecutor executor;
  MemoryServices services;
  std::vector<std::weak_ptr<MemoryLink>> all_links;
  std::map<const Client*, std::weak_ptr<MemoryLink>> links;  // Those of clients.
};

Backend::Backend(BackendOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Backend::~Backend() {
  // The servers' ends of streams close while the services still stand.
  for (const auto& weak : impl_->all_links) {
    if (auto link = weak.lock()) link->Drop();
  }
  Settle();
}

std::unique_ptr<Client> Backend::NewClient(ClientOptions options) {
  Impl* impl = impl_.get();
  if (options.callbacks == nullptr) options.callbacks = &impl->executor;
  options.clock = &impl->clock;
  options.executor = &impl->executor;
  options.random = &impl->random;
  options.pump = [impl] { return impl->Pump(); };
  auto link = impl->NewLink();
  auto client = std::make_unique<Client>(link, std::move(options));
  impl->links[client.get()] = link;
  return client;
}

void Backend::Advance(Duration duration) { impl_->executor.AdvanceBy(duration); }

void Backend::Settle() { impl_->executor.AdvanceBy(4 * impl_->options.latency); }

void Backend::DropLink(const Client& client) {
  if (auto link = impl_->LinkOf(client)) link->Drop();
}

void Backend::RestoreLink(const Client& client) {
  if (auto link = impl_->LinkOf(client)) link->Restore();
}

void Backend::LoseNextReply(const Client& client) {
  if (auto link = impl_->LinkOf(client)) link->LoseNextReply();
}

void Backend::ExpireTokens() { impl_->services.ExpireTokens(); }

void Backend::FailNextMatch(Status status) { impl_->services.allocator().FailNext(std::move(status)); }

std::shared_ptr<Transport> Backend::NewTransport() { return impl_->NewLink(); }

const Clock& Backend::clock() const { return impl_->clock; }

Executor& Backend::executor() { return impl_->executor; }

}  // namespace oofgg::testing
