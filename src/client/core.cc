#include "client/core.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client/session.h"

namespace oofgg::internal {
namespace {

constexpr std::size_t kMaxClientName = 64;

/// As metadata takes it: a title of the world's must not make a login impossible.
std::string Sendable(std::string name) {
  name.resize(std::min(name.size(), kMaxClientName));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

ClientOptions WithDefaults(ClientOptions options) {
  if (options.clock == nullptr) options.clock = &Clock::System();
  if (options.random == nullptr) options.random = &RandomSource::System();
  options.client_name = Sendable(std::move(options.client_name));
  return options;
}

}  // namespace

ClientCore::ClientCore(std::shared_ptr<Transport> transport, ClientOptions options)
    : options_(WithDefaults(std::move(options))),
      transport_(std::move(transport)),
      serial_(options_.executor != nullptr ? *options_.executor : own_thread_) {
  session_ = std::make_unique<Session>(*this);
}

ClientCore::~ClientCore() = default;

void ClientCore::Shutdown() {
  std::vector<std::shared_ptr<Operation>> operations;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    for (const auto& [key, operation] : operations_) operations.push_back(operation);
  }
  for (const auto& operation : operations) operation->Cancel();
  session_->Close();
  serial_.Close();
  own_thread_.Join();
  own_callbacks_.Join();
  transport_.reset();
}

bool ClientCore::Remember(const std::shared_ptr<Operation>& operation) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  const Operation* key = operation.get();
  operations_.emplace(key, operation);
  return true;
}

void ClientCore::Forget(const Operation* operation) {
  std::shared_ptr<Operation> dropped;  // Dies after the lock is released.
  std::lock_guard lock(mutex_);
  if (auto it = operations_.find(operation); it != operations_.end()) {
    dropped = std::move(it->second);
    operations_.erase(it);
  }
}

TimePoint ClientCore::DeadlineOf(const CallOptions& options) const {
  // A negative timeout is one that has run out, as of a caller who counts down.
  const auto timeout = options.timeout.count() != 0 ? options.timeout : options_.call_timeout;
  return DeadlineAfter(clock().Now(), timeout);
}

}  // namespace oofgg::internal
