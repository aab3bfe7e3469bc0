#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/subscription.h"
#include "wire/codec.h"

namespace oofgg::internal {

/// A server stream of one thing's state, of which only the newest counts.
template <class M>
class LatestFeed final : public Subscription {
 public:
  using State = typename M::Response;
  using OnState = std::function<void(StatusOr<State>)>;
  /// Whether a state is the last there will be.
  using IsLast = bool (*)(const State&);

  LatestFeed(std::shared_ptr<ClientCore> core, Executor& callbacks, const typename M::Request& request,
             IsLast is_last, OnState on_state)
      : Subscription(std::move(core), wire::InfoOf<M>(), callbacks),
        request_(wire::EncodeRequest<M>(request)),
        is_last_(is_last),
        on_state_(std::move(on_state)) {}

 private:
  std::vector<std::string> OnOpen() override { return {request_}; }

  StatusOr<Next> OnMessage(const std::string& bytes) override {
    if (bytes == last_bytes_) return Next::kGoOn;  // As before the link was lost.
    OOFGG_ASSIGN_OR_RETURN(State state, wire::DecodeResponse<M>(bytes));
    last_bytes_ = bytes;
    const bool is_last = is_last_(state);
    const bool is_queued = newest_.has_value();
    newest_ = std::move(state);
    if (!is_queued) PushLocked([this] { on_state_(Take()); });
    return is_last ? Next::kDone : Next::kGoOn;
  }

  void OnError(const Status& error) override {
    PushLocked([this, error] { on_state_(error); });
  }

  void DropCallback() override { on_state_ = nullptr; }

  State Take() {
    std::lock_guard lock(mutex_);
    State state = *std::move(newest_);
    newest_.reset();
    return state;
  }

  const std::string request_;
  const IsLast is_last_;
  OnState on_state_;  // Used by callbacks only, which are one at a time.
  std::string last_bytes_;
  std::optional<State> newest_;  // Not yet handed out.
};

template <class M>
Call WatchLatest(const std::shared_ptr<ClientCore>& core, Executor& callbacks,
                 const typename M::Request& request, typename LatestFeed<M>::IsLast is_last,
                 typename LatestFeed<M>::OnState on_state) {
  auto feed = std::make_shared<LatestFeed<M>>(core, callbacks, request, is_last, std::move(on_state));
  feed->Start();
  return Call(std::move(feed));
}

}  // namespace oofgg::internal
