#include "backends/registered/registration_book.h"

#include <algorithm>
#include <utility>

namespace oofgg::backends {

using orchestration::RunningServer;
using orchestration::ServerExit;
using orchestration::ServerNews;
using orchestration::ServerRegistration;
using orchestration::ServerReport;

namespace {

RunningServer Describe(const ServerRegistration& registration) {
  return {.id = registration.ServerId(),
          .fleet = registration.fleet,
          .host = registration.host,
          .port = registration.port,
          .control = registration.control,
          .registered = true};
}

Status NotTheirs() {
  return MakeStatus(StatusCode::kPermissionDenied, "another credential registered that game server");
}

bool SaysTheSame(const ServerReport& a, const ServerReport& b) {
  return a.state == b.state && a.slots == b.slots && a.reserved == b.reserved;
}

}  // namespace

Status RegisteredServers::Book::Open() {
  OOFGG_RETURN_IF_ERROR(files_.Prepare());
  const std::lock_guard lock(mutex_);
  const TimePoint lapses = DeadlineAfter(clock_.Now(), options_.lease);
  for (ServerRegistration& registration : files_.All()) {
    const std::string name = registration.name;
    entries_[name] = {.registration = std::move(registration), .lapses = lapses};
  }
  ArmLocked();
  return {};
}

Status RegisteredServers::Book::Load(const std::string& fleet) {
  if (options_.shared == nullptr) return {};
  OOFGG_ASSIGN_OR_RETURN(auto stored, store_.Of(fleet));
  const std::lock_guard lock(mutex_);
  const TimePoint lapses = DeadlineAfter(clock_.Now(), options_.lease);
  for (ServerRegistration& registration : stored) {
    const std::string name = registration.name;
    const std::uint32_t slots = registration.slots;
    // What is here already was registered here, or heard of since.
    entries_.try_emplace(
        name, Entry{.registration = std::move(registration), .said = {.slots = slots}, .lapses = lapses});
  }
  ArmLocked();
  return {};
}

/// It is another maker's to hear of them now.
void RegisteredServers::Book::Leave(const std::string& fleet) {
  if (options_.shared == nullptr) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&fleet](const auto& entry) { return entry.second.registration.fleet == fleet; });
}

void RegisteredServers::Book::Close() {
  {
    const std::lock_guard lock(mutex_);
    sweep_timer_.Cancel();
  }
  const std::lock_guard lock(listeners_mutex_);
  on_exit_.clear();
  on_news_.clear();
}

std::vector<RunningServer> RegisteredServers::Book::Of(std::string_view fleet) {
  const std::lock_guard lock(mutex_);
  std::vector<RunningServer> servers;
  for (const auto& [name, entry] : entries_) {
    if (entry.registration.fleet == fleet) servers.push_back(Describe(entry.registration));
  }
  return servers;
}

RegisteredServers::Book::Entries::iterator RegisteredServers::Book::FindLocked(std::string_view server_id) {
  const auto found = entries_.find(server_id.substr(0, server_id.find('.')));
  const bool is_this_run = found != entries_.end() && found->second.registration.ServerId() == server_id;
  return is_this_run ? found : entries_.end();
}

Status RegisteredServers::Book::CheckHeard(const std::string& fleet) {
  const std::lock_guard lock(listeners_mutex_);
  if (on_news_.contains(fleet)) return {};
  return MakeStatus(StatusCode::kUnavailable,
                    "another maker looks after fleet '" + fleet + "' now, or none does yet; try again there");
}

Status RegisteredServers::Book::Register(const ServerRegistration& registration) {
  OOFGG_RETURN_IF_ERROR(CheckHeard(registration.fleet));
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(registration.name);
  if (found != entries_.end() && found->second.registration.owner != registration.owner) {
    return MakeStatus(StatusCode::kAlreadyExists,
                      "another credential has a game server '" + registration.name + "'; choose another id");
  }
  if (found != entries_.end() && found->second.registration.instance == registration.instance) {
    if (found->second.registration != registration) {
      return MakeStatus(StatusCode::kAlreadyExists,
                        "this run of '" + registration.name +
                            "' is registered with other addresses, slots or fleet; take another instance");
    }
    found->second.lapses = DeadlineAfter(clock_.Now(), options_.lease);
    return {};
  }
  if (found == entries_.end() && entries_.size() >= options_.most) {
    return MakeStatus(StatusCode::kResourceExhausted, "too many game servers have registered");
  }
  if (found != entries_.end()) RemoveLocked(found, "it has started anew");
  OOFGG_RETURN_IF_ERROR(store_.Write(registration));
  Entry& entry = entries_[registration.name];
  entry = {.registration = registration,
           .said = {.slots = registration.slots},
           .lapses = DeadlineAfter(clock_.Now(), options_.lease)};
  PostNewsLocked(entry);
  ArmLocked();
  return {};
}

Status RegisteredServers::Book::Report(std::string_view server_id, std::string_view owner,
                                       const ServerReport& report) {
  const std::lock_guard lock(mutex_);
  const auto found = FindLocked(server_id);
  if (found == entries_.end()) {
    return WithReason(MakeStatus(StatusCode::kNotFound,
                                 "the game server is not registered, or no longer; register it again"),
                      "NOT_REGISTERED");
  }
  Entry& entry = found->second;
  if (!owner.empty() && owner != entry.registration.owner) return NotTheirs();
  OOFGG_RETURN_IF_ERROR(CheckHeard(entry.registration.fleet));
  entry.lapses = DeadlineAfter(clock_.Now(), options_.lease);
  ServerReport said = report;
  if (said.slots == 0) said.slots = entry.registration.slots;
  if (SaysTheSame(said, entry.said)) return {};
  entry.said = said;
  PostNewsLocked(entry);
  return {};
}

StatusOr<bool> RegisteredServers::Book::Remove(std::string_view server_id, std::string_view owner,
                                               const std::string& reason) {
  const std::lock_guard lock(mutex_);
  const auto found = FindLocked(server_id);
  if (found == entries_.end()) return false;
  if (!owner.empty() && owner != found->second.registration.owner) return NotTheirs();
  RemoveLocked(found, reason);
  return true;
}

void RegisteredServers::Book::RemoveLocked(Entries::iterator entry, std::string reason) {
  const ServerRegistration& registration = entry->second.registration;
  store_.Erase(registration);
  executor_.Post([weak = weak_from_this(), fleet = registration.fleet,
                  exit = ServerExit{registration.ServerId(), std::move(reason)}]() mutable {
    if (const auto book = weak.lock()) book->TellExit(fleet, std::move(exit));
  });
  entries_.erase(entry);
}

void RegisteredServers::Book::PostNewsLocked(const Entry& entry) {
  ServerNews news{.running = Describe(entry.registration),
                  .state = entry.said.state,
                  .slots = entry.said.slots,
                  .reserved = entry.said.reserved};
  executor_.Post(
      [weak = weak_from_this(), fleet = entry.registration.fleet, news = std::move(news)]() mutable {
        if (const auto book = weak.lock()) book->TellNews(fleet, std::move(news));
      });
}

void RegisteredServers::Book::ArmLocked() {
  if (sweep_at_ || entries_.empty()) return;
  TimePoint first = kNever;
  for (const auto& [name, entry] : entries_) first = (std::min)(first, entry.lapses);
  sweep_at_ = first;
  sweep_timer_ = {executor_, first, [weak = weak_from_this()] {
                    if (const auto book = weak.lock()) book->Sweep();
                  }};
}

void RegisteredServers::Book::Sweep() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.Now();
  // We were stopped, or starved: reports lie unread, and their servers deserve that they are read first.
  const bool late = sweep_at_ && now - *sweep_at_ > options_.lease / 3;
  sweep_at_.reset();
  for (auto next = entries_.begin(); next != entries_.end();) {
    const auto entry = next++;
    if (late) {
      entry->second.lapses = (std::max)(entry->second.lapses, DeadlineAfter(now, options_.lease));
    } else if (entry->second.lapses <= now) {
      RemoveLocked(entry, "it has not reported within its lease");
    }
  }
  ArmLocked();
}

void RegisteredServers::Book::Listen(const std::string& fleet, OnExit on_exit) {
  const std::lock_guard lock(listeners_mutex_);
  on_exit_.erase(fleet);
  if (on_exit) on_exit_.emplace(fleet, std::move(on_exit));
}

void RegisteredServers::Book::Listen(const std::string& fleet, OnNews on_news) {
  if (on_news) Unsay(fleet);
  if (!on_news) Leave(fleet);
  const std::lock_guard lock(listeners_mutex_);
  on_news_.erase(fleet);
  if (on_news) on_news_.emplace(fleet, std::move(on_news));
}

/// What they said before, nobody has heard who listens now: at the next report it is news again.
void RegisteredServers::Book::Unsay(const std::string& fleet) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, entry] : entries_) {
    if (entry.registration.fleet == fleet) entry.said = {.slots = entry.registration.slots};
  }
}

void RegisteredServers::Book::TellExit(const std::string& fleet, ServerExit exit) {
  const std::lock_guard lock(listeners_mutex_);
  const auto listener = on_exit_.find(fleet);
  if (listener != on_exit_.end()) listener->second(std::move(exit));
}

void RegisteredServers::Book::TellNews(const std::string& fleet, ServerNews news) {
  const std::lock_guard lock(listeners_mutex_);
  const auto listener = on_news_.find(fleet);
  if (listener != on_news_.end()) listener->second(std::move(news));
}

}  // namespace oofgg::backends
