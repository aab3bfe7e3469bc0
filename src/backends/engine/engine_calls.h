#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/engine/owed.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

using StartOwed =
    std::shared_ptr<Owed<orchestration::ContainerBackend::OnStarted, StatusOr<orchestration::RunningServer>>>;
using StopOwed = std::shared_ptr<Owed<orchestration::ContainerBackend::OnStopped, Status>>;
using ListOwed = std::shared_ptr<
    Owed<orchestration::ContainerBackend::OnListed, StatusOr<std::vector<orchestration::RunningServer>>>>;

/// `core` does `step` on its strand, and owes `callback` the answer.
template <typename OwedPtr, typename Core, typename Callback, typename Step>
void PostOwing(Core& core, Callback callback, Step step) {
  auto owed = std::make_shared<typename OwedPtr::element_type>(std::move(callback));
  core.Post([&core, owed = std::move(owed), step = std::move(step)] { step(core, owed); });
}

/// The same for whoever waits for the answer; not on the core's own threads.
template <typename Core, typename Step>
Status WaitFor(Core& core, Step step) {
  auto promise = std::make_shared<std::promise<Status>>();
  auto answer = promise->get_future();
  PostOwing<StopOwed>(
      core, [promise](Status status) { promise->set_value(std::move(status)); }, std::move(step));
  return answer.get();
}

}  // namespace oofgg::backends
