#include "presence/instances/registration_outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace oofgg::presence {
namespace {

/// In one step, during which Redis does nothing else.
constexpr std::size_t kMostInAStep = 256;

}  // namespace

void RegistrationOutbox::Put(PresenceTable::Registration registration) {
  waiting_[ShardOfUser(registration.user_id)].push_back(std::move(registration));
}

void RegistrationOutbox::Flush(TimePoint now, LifeId life, const std::vector<LifeId>& replaced,
                               Duration spacing) {
  if (life == 0 || now < flush_from_) return;
  if (life_ != life) under_way_ = 0;  // What is under way of an earlier one does not concern us any more.
  if (under_way_ > 0 || waiting_.empty()) return;
  life_ = life;
  flush_from_ = now + spacing;
  auto batch = std::exchange(waiting_, {});
  for (auto& [shard, registrations] : batch) {
    for (std::size_t start = 0; start < registrations.size(); start += kMostInAStep) {
      const auto begin = registrations.begin() + static_cast<std::ptrdiff_t>(start);
      const auto size = std::min(kMostInAStep, registrations.size() - start);
      std::vector<PresenceTable::Registration> step(
          std::make_move_iterator(begin), std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(size)));
      ++under_way_;
      bus_.Register(shard, life, replaced, std::move(step),
                    [this, life, alive = std::weak_ptr<char>(alive_)](Status status) {
                      if (!alive.expired()) OnRegistered(life, status);
                    });
    }
  }
}

void RegistrationOutbox::OnRegistered(LifeId life, const Status& status) {
  if (life != life_ || under_way_ == 0) return;
  --under_way_;
  if (!status.ok()) {
    life_ = 0;
    under_way_ = 0;
    return on_failure_(life);
  }
  if (under_way_ == 0) on_idle_();
}

}  // namespace oofgg::presence
