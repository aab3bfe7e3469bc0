#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/random.h"
#include "servers/cli/load/flap_watch.h"
#include "servers/cli/load/followers.h"
#include "servers/cli/load/links.h"
#include "servers/cli/load/poisson_schedule.h"
#include "servers/cli/load/returns.h"
#include "servers/cli/load/worker_board.h"

namespace oofgg::load {

/// What a worker is given; all but `board` and `phases` is the same for all. Shared parts outlive it.
struct WorkerParts {
  const LinkPlan& plan;
  TruthBoard& truth;
  Followers& followers;
  const Command& command;
  WorkerBoard& board;
  std::span<PhaseTallies> phases;
  std::span<CelebrityRound> rounds;
  double status_share = 0;    ///< Of the changes of those online, how many change state instead of going.
  bool spin = false;          ///< During changes, never sleeps.
  Nanos celebrity_every = 0;  ///< How often user 0 changes; 0: nobody is a celebrity.
  std::uint64_t seed = 0;
};

/// One process of the load: the loop that drives its users. Runs until it is told to quit.
class LoadWorker final : private LinkEvents {
 public:
  using MakeLinks = std::function<std::unique_ptr<Links>(const LinkPlan&, int epoll, LinkEvents&)>;
  LoadWorker(const WorkerParts& parts, const MakeLinks& make_links);
  ~LoadWorker() override;
  LoadWorker(const LoadWorker&) = delete;
  LoadWorker& operator=(const LoadWorker&) = delete;

  void Run();

 private:
  /// kAway: lost their server, and will come back; kReturning: are about to.
  enum class State : std::uint8_t { kNew, kOpening, kReady, kLost, kAway, kReturning };

  void OnReady(User user, Nanos hello_began) override;
  void OnBegin(User follower) override;
  void OnUpdate(User follower, const ServerLine& line, Nanos now) override;
  void OnLost(User user, const Loss& loss) override;
  void OnResent() override { parts_.board.resent.Add(); }

  [[nodiscard]] PhaseTallies& phase() { return parts_.phases[parts_.command.phase]; }
  void TakeCommand();
  /// When there is something to do again.
  Nanos DoWhatIsDue(Nanos now);
  Nanos ConnectMore(Nanos now);
  void OpenNext(Nanos now);
  Nanos ChangeMore(Nanos now);
  void ChangeSomebody(Nanos due);
  void ChangeCelebrity(Nanos due);
  void Change(User user, Shown shown, Nanos due);
  Nanos ReturnMore(Nanos now);
  void Return(std::uint32_t local);
  void BackFrom(std::uint32_t local);
  void Part(std::uint32_t local, const Loss& loss);
  void ComeBackOnline(std::uint32_t local, Nanos due);
  [[nodiscard]] std::uint32_t PickServer(const std::string& go_to);
  [[nodiscard]] std::uint32_t MostOpening() const;
  void Verify();
  void Finish();
  void CountCelebrity(const Hearing& hearing);
  void StopFollowing(User follower, Nanos now);
  void EndFlaps(User follower, Nanos now);
  void WatchFlaps(User follower, User friend_, Heard heard, Nanos now);
  void Wait(Nanos until);

  const WorkerParts parts_;
  const int epoll_;
  const std::unique_ptr<Links> links_;
  std::vector<State> states_;  // By local number.
  SeededRandom random_;
  std::uint32_t taken_ = 0;  // Number of the command under way, or done.
  Command::Kind doing_ = Command::Kind::kNone;
  Nanos command_began_ = 0;
  std::uint32_t opened_ = 0;   // Local users so far.
  std::uint32_t settled_ = 0;  // Of them, those ready or lost.
  FlapWatch flaps_;
  Returns returns_;
  std::uint32_t returning_ = 0;
  std::uint32_t turn_ = 0;  // The server that who comes back was last sent to.
  std::optional<PoissonSchedule> schedule_;
  Nanos celebrity_due_ = kNeverDue;
  std::vector<epoll_event> events_;
};

}  // namespace oofgg::load
