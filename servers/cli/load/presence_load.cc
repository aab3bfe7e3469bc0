#include "servers/cli/load/presence_load.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "oofgg/parse.h"
#include "servers/cli/load/load_worker.h"
#include "servers/cli/load/loopback.h"
#include "servers/cli/load/tcp_links.h"
#include "servers/cli/load/tls_client.h"
#include "servers/cli/load/udp_links.h"
#include "servers/cli/load/worker_pool.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kServersMostPerAddress = 1'000;  // Its defaults; see oofgg-game --help.
constexpr std::uint32_t kServersMostFriendsPerAddress = 200'000;
constexpr std::uint32_t kMostFriends = 5'000;
constexpr std::uint32_t kMostMeanFriends = 1'000;
constexpr std::uint32_t kMostGrpc = 5'000;
constexpr std::uint32_t kSpareDescriptors = 64;
constexpr std::uint32_t kUdpAddresses = 250;  // Of which one socket serves a player each.
constexpr std::size_t kRounds = 4'096;        // Of the celebrity that are told apart.
constexpr double kNanos = 1e9;
constexpr Nanos kNanosPerMilli = 1'000'000;
constexpr Nanos kQuiet = 300 * kNanosPerMilli;
constexpr Nanos kNoProgress = 20'000 * kNanosPerMilli;
constexpr Nanos kShowEvery = 250 * kNanosPerMilli;

Nanos ToNanos(std::chrono::milliseconds time) { return static_cast<Nanos>(time.count()) * kNanosPerMilli; }
double Seconds(Nanos time) { return static_cast<double>(time) / kNanos; }

std::string NameOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "tcp";
    case Protocol::kTls:
      return "tls";
    case Protocol::kGrpc:
      return "grpc";
    default:
      return "udp";
  }
}

std::string Millis(double seconds) {
  constexpr double kMillis = 1e3;
  return std::to_string(std::llround(seconds * kMillis)) + " ms";
}

Status CheckSteps(const PresenceLoadOptions& options) {
  if (options.steps.empty() || options.steps.front() == 0) {
    return InvalidField("--connections", "must be at least 1");
  }
  std::uint32_t before = 0;
  for (const std::uint32_t step : options.steps) {
    if (step <= before) return InvalidField("--steps", "must grow, as 1000,10000,19000");
    const std::uint32_t count = step - before;
    before = step;
    if (options.friends >= count) {
      return InvalidField("--friends", "must be fewer than the users who connect in one step, " +
                                           std::to_string(count) + "; give fewer, or more --connections");
    }
    const bool is_odd = options.friends % 2 != 0 && count % 2 != 0;
    if (is_odd && options.shape == GraphShape::kRegular) {
      return InvalidField("--friends",
                          "and the users of a step cannot both be odd if all are to have as many; "
                          "make one of them even");
    }
  }
  return {};
}

Status Check(const PresenceLoadOptions& options) {
  OOFGG_RETURN_IF_ERROR(CheckSteps(options));
  if (options.protocol == Protocol::kGrpc && !options.sign) {
    return InvalidField("--keys",
                        "is missing; gRPC asks every user for a token, so name the --keys of oofgg-auth");
  }
  if (options.protocol == Protocol::kGrpc && options.steps.back() > kMostGrpc) {
    return InvalidField("--connections", "must be at most 5000 over gRPC, whose clients are large");
  }
  if (options.shape == GraphShape::kPowerLaw && options.friends > kMostMeanFriends) {
    return InvalidField("--friends",
                        "must be at most 1000 with power-law, where a few have many more; give fewer");
  }
  if (options.friends > kMostFriends)
    return InvalidField("--friends", "must be at most 5000, as on the server");
  if (options.celebrity >= options.steps.back()) {
    return InvalidField("--celebrity", "must be fewer than the connections; raise --connections");
  }
  return {};
}

/// Each step's users are friends among themselves, so that at each step everybody's friends are there.
FriendGraph BuildGraph(const PresenceLoadOptions& options) {
  SeededRandom random(options.seed);
  std::vector<Watches> edges;
  User first = 0;
  for (const User step : options.steps) {
    const auto add = options.shape == GraphShape::kRegular ? AddRegular : AddPowerLaw;
    if (options.friends > 0) add(edges, first, step - first, options.friends, random);
    first = step;
  }
  for (User follower = 1; follower <= options.celebrity; ++follower) edges.push_back({follower, 0});
  return FriendGraph(options.steps.back(), std::move(edges));
}

/// As many descriptors as this process can have.
std::uint32_t RaiseDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kEnough = 1'000'000;
  return static_cast<std::uint32_t>(std::min(limit.rlim_max, kEnough));
}

std::uint32_t WorkersFor(const PresenceLoadOptions& options) {
  if (options.protocol == Protocol::kUdp) return 1;  // A socket serves many players.
  const std::uint32_t limit = RaiseDescriptors();
  const std::uint32_t each = limit > 2 * kSpareDescriptors ? limit - kSpareDescriptors : kSpareDescriptors;
  return (options.steps.back() + each - 1) / each;
}

std::uint32_t PerAddress(const PresenceLoadOptions& options, const FriendGraph& graph) {
  if (options.per_address > 0) return options.per_address;
  // The server counts the friends lists of an address too; a tenth is left for chance.
  const std::size_t mean = graph.entries() / graph.users() + 1;
  const auto by_lists = static_cast<std::uint32_t>(kServersMostFriendsPerAddress * 9 / 10 / mean);
  std::uint32_t each = std::clamp(by_lists, 1U, kServersMostPerAddress);
  // Over UDP addresses cost nothing, and sockets do.
  if (options.protocol == Protocol::kUdp) each = std::min(each, graph.users() / kUdpAddresses + 1);
  return each;
}

/// Who was online in a run that ended just now may still be: over UDP for half a minute.
std::uint64_t FirstIdOfNow() {
  constexpr std::uint64_t kIdsOfARun = 4'000'000;
  constexpr std::uint64_t kRuns = 1'000'000;  // Hence ids of 13 digits at most.
  return 1 + static_cast<std::uint64_t>(std::time(nullptr)) % kRuns * kIdsOfARun;
}

void Merge(HeardFigures& sum, const PhaseTallies& tallies) {
  const auto of = [&](Heard heard) { return tallies.heard[static_cast<std::size_t>(heard)].get(); };
  const std::uint64_t others = of(Heard::kRepeat) + of(Heard::kOutOfOrder) + of(Heard::kFalseFlap) +
                               of(Heard::kUnplaced) + of(Heard::kStranger);
  sum.deliveries += of(Heard::kChange) + others;
  sum.snapshots += of(Heard::kSnapshot);
  sum.repeats += of(Heard::kRepeat);
  sum.out_of_order += of(Heard::kOutOfOrder);
  sum.false_flaps += of(Heard::kFalseFlap);
  sum.unplaced += of(Heard::kUnplaced);
  sum.strangers += of(Heard::kStranger);
  sum.ambiguous += tallies.ambiguous.get();
  sum.lost += tallies.lost.get();
}

/// The parent of the workers: tells them what to do, and reads what they counted.
class Conductor {
 public:
  Conductor(const PresenceLoadOptions& options, const LoadProgress& progress, const LinkPlan& plan,
            std::optional<TlsClient> tls, TruthBoard& truth, Followers& followers,
            SharedArray<Command> command, SharedArray<WorkerBoard> boards, SharedArray<PhaseTallies> tallies,
            SharedArray<CelebrityRound> rounds)
      : options_(options),
        progress_(progress),
        plan_(plan),
        tls_(std::move(tls)),
        truth_(truth),
        followers_(followers),
        command_(std::move(command)),
        boards_(std::move(boards)),
        tallies_(std::move(tallies)),
        rounds_(std::move(rounds)) {}
  ~Conductor() { Quit(); }
  Conductor(const Conductor&) = delete;
  Conductor& operator=(const Conductor&) = delete;

  Status Run(LoadReport& report);

 private:
  static constexpr std::uint32_t kCelebrityPhase = 0;

  Status StartWorkers();
  [[nodiscard]] std::unique_ptr<Links> MakeLinks(const LinkPlan& plan, int epoll, LinkEvents& events) const;
  Status Phases(LoadReport& report);
  Status Step(User users, LoadReport& report);
  Status Hold(LoadReport& report);
  Status ChangeAt(double per_second, LoadReport& report);
  void Quit();

  /// False if interrupted.
  StatusOr<bool> Do(Command::Kind kind, const std::string& what);
  StatusOr<bool> SettleAndVerify(HeardFigures& heard);
  StatusOr<bool> WaitUntilQuiet(Nanos deadline);
  StatusOr<bool> WaitUntilSteady();
  StatusOr<bool> Wait(Nanos time, const std::string& what);
  Status Look();
  void Show(const std::string& what, bool done = false);

  [[nodiscard]] std::uint64_t Sum(Tally WorkerBoard::*count) const;
  [[nodiscard]] std::uint64_t Heardings() const;
  template <typename F>
  void ForPhase(const F& visit) const {
    for (std::uint32_t worker = 0; worker < plan_.workers; ++worker)
      visit(Tallies(worker)[command_[0].phase]);
  }
  [[nodiscard]] std::span<PhaseTallies> Tallies(std::uint32_t worker) const {
    const std::size_t phases = tallies_.all().size() / plan_.workers;
    return tallies_.all().subspan(worker * phases, phases);
  }
  [[nodiscard]] Latency Merged(Histogram PhaseTallies::*histogram) const;
  [[nodiscard]] HeardFigures HeardNow() const;
  [[nodiscard]] std::optional<ProcessCost> ServerCost() const;
  [[nodiscard]] std::optional<double> ServerSeconds() const;
  [[nodiscard]] RateFigures::Celebrity CelebrityFigures() const;

  const PresenceLoadOptions& options_;
  const LoadProgress& progress_;
  const LinkPlan& plan_;
  const std::optional<TlsClient> tls_;
  TruthBoard& truth_;
  Followers& followers_;
  SharedArray<Command> command_;
  SharedArray<WorkerBoard> boards_;
  SharedArray<PhaseTallies> tallies_;
  SharedArray<CelebrityRound> rounds_;
  WorkerPool pool_;
  std::uint32_t next_phase_ = 0;
  Nanos shown_ = 0;
};

Status Conductor::Run(LoadReport& report) {
  OOFGG_RETURN_IF_ERROR(StartWorkers());
  Status status = Phases(report);
  report.failed = Sum(&WorkerBoard::failed);
  report.dropped = Sum(&WorkerBoard::dropped);
  report.resent = Sum(&WorkerBoard::resent);
  for (const WorkerBoard& board : boards_.all()) {
    if (!report.trouble.empty() || !board.has_trouble.load(std::memory_order_acquire)) continue;
    report.trouble = WithCure(board.trouble.data());
  }
  Quit();
  return status;
}

Status Conductor::StartWorkers() {
  for (std::uint32_t worker = 0; worker < plan_.workers; ++worker) {
    OOFGG_RETURN_IF_ERROR(pool_.Fork([this, worker] {
      LinkPlan plan = plan_;
      plan.worker = worker;
      const auto make_links = [this](const LinkPlan& own, int epoll, LinkEvents& events) {
        return MakeLinks(own, epoll, events);
      };
      LoadWorker loop({.plan = plan,
                       .truth = truth_,
                       .followers = followers_,
                       .command = command_[0],
                       .board = boards_[worker],
                       .phases = Tallies(worker),
                       .rounds = rounds_.all(),
                       .status_share = options_.status_share,
                       .celebrity_every = options_.celebrity > 0 ? ToNanos(options_.celebrity_every) : 0,
                       .seed = options_.seed * plan_.workers + worker},
                      make_links);
      loop.Run();
    }));
  }
  return {};
}

std::unique_ptr<Links> Conductor::MakeLinks(const LinkPlan& plan, int epoll, LinkEvents& events) const {
  if (options_.protocol == Protocol::kUdp) return std::make_unique<UdpLinks>(plan, epoll, events);
  if (options_.protocol == Protocol::kGrpc) {
    return std::make_unique<GrpcLinks>(plan, options_.server, options_.sign, epoll, events);
  }
  return std::make_unique<TcpLinks>(plan, tls_.has_value() ? &*tls_ : nullptr, epoll, events);
}

Status Conductor::Phases(LoadReport& report) {
  for (const User users : options_.steps) {
    OOFGG_RETURN_IF_ERROR(Step(users, report));
    if (report.interrupted) return {};
  }
  OOFGG_RETURN_IF_ERROR(Hold(report));
  for (const std::uint32_t rate : options_.rates) {
    if (report.interrupted) return {};
    if (rate > 0) OOFGG_RETURN_IF_ERROR(ChangeAt(rate, report));
  }
  return {};
}

Status Conductor::Step(User users, LoadReport& report) {
  command_[0].phase = next_phase_++;
  command_[0].users = users;
  command_[0].per_second = options_.connects_per_s;
  const std::uint64_t before = Sum(&WorkerBoard::ready);
  const Nanos start = NowNanos();
  OOFGG_ASSIGN_OR_RETURN(const bool all, Do(Command::Kind::kConnect, "connecting"));
  StepFigures step;
  step.connections = static_cast<std::uint32_t>(Sum(&WorkerBoard::ready));
  step.connected = static_cast<std::uint32_t>(step.connections - before);
  std::uint64_t last = start;
  ForPhase([&](const PhaseTallies& tallies) { last = std::max(last, tallies.last_ready.get()); });
  step.connect_seconds = Seconds(last - start);
  OOFGG_ASSIGN_OR_RETURN(const bool settled, all ? SettleAndVerify(step.heard) : StatusOr<bool>(false));
  OOFGG_ASSIGN_OR_RETURN(const bool steady, settled ? WaitUntilSteady() : StatusOr<bool>(false));
  step.hello = Merged(&PhaseTallies::hello);
  step.online = Merged(&PhaseTallies::latency);
  step.server = ServerCost();
  step.kernel = ReadKernelMemory();
  report.steps.push_back(step);
  report.interrupted = !steady;
  Show(std::to_string(step.connections) + " connected in " + Millis(step.connect_seconds), true);
  return {};
}

Status Conductor::Hold(LoadReport& report) {
  if (options_.hold.count() == 0) return {};
  const auto before = ServerSeconds();
  const Nanos start = NowNanos();
  OOFGG_ASSIGN_OR_RETURN(const bool whole, Wait(ToNanos(options_.hold), "idle"));
  report.held_seconds = Seconds(NowNanos() - start);
  const auto after = ServerSeconds();
  if (before.has_value() && after.has_value()) report.held_server_cpu_s = *after - *before;
  report.interrupted = !whole;
  Show("held for " + Millis(report.held_seconds), true);
  return {};
}

Status Conductor::ChangeAt(double per_second, LoadReport& report) {
  constexpr Nanos kLead = 50 * kNanosPerMilli;  // So that every worker knows before the first is due.
  Command& command = command_[0];
  command.phase = next_phase_++;
  command.per_second = per_second;
  command.start = NowNanos() + kLead;
  command.end = command.start + ToNanos(options_.duration);
  command.celebrity_base = truth_.Latest(0).number;
  for (CelebrityRound& round : rounds_.all()) {
    round.heard.store(0, std::memory_order_relaxed);
    round.last.store(0, std::memory_order_relaxed);
  }
  const auto server_before = ServerSeconds();
  const double load_before = pool_.cpu_seconds();
  const std::string what = std::to_string(static_cast<std::uint64_t>(per_second)) + " changes/s";
  OOFGG_ASSIGN_OR_RETURN(const bool whole, Do(Command::Kind::kChange, what));
  RateFigures rate;
  rate.asked_per_s = per_second;
  rate.seconds = Seconds(std::min(NowNanos(), command.end) - command.start);
  OOFGG_ASSIGN_OR_RETURN(const bool settled, whole ? SettleAndVerify(rate.heard) : StatusOr<bool>(false));
  if (!settled) rate.heard = HeardNow();
  const auto server_after = ServerSeconds();
  if (server_before.has_value() && server_after.has_value()) {
    rate.server_cpu_s = *server_after - *server_before;
  }
  rate.load_cpu_s = pool_.cpu_seconds() - load_before;
  ForPhase([&](const PhaseTallies& tallies) { rate.changes += tallies.changes.get(); });
  rate.latency = Merged(&PhaseTallies::latency);
  rate.lateness = Merged(&PhaseTallies::lateness);
  if (options_.celebrity > 0) rate.celebrity = CelebrityFigures();
  report.rates.push_back(rate);
  report.interrupted = !settled;
  Show(what + ": " + std::to_string(rate.heard.deliveries) + " heard, p99 " +
           std::to_string(rate.latency.p99_ns / 1'000) + " us, " + std::to_string(rate.heard.lost) + " lost",
       true);
  return {};
}

RateFigures::Celebrity Conductor::CelebrityFigures() const {
  RateFigures::Celebrity figures;
  Histogram last;
  std::uint64_t heard = 0;
  for (const CelebrityRound& round : rounds_.all()) {
    const std::uint64_t followers = round.heard.load(std::memory_order_relaxed);
    if (followers == 0) continue;
    ++figures.rounds;
    heard += followers;
    last.Record(round.last.load(std::memory_order_relaxed));
  }
  if (figures.rounds > 0) {
    figures.heard_per_round = static_cast<double>(heard) / static_cast<double>(figures.rounds);
  }
  figures.latency = Merged(&PhaseTallies::celebrity);
  figures.last_p50_ns = last.Quantile(0.5);
  figures.last_max_ns = last.max();
  return figures;
}

StatusOr<bool> Conductor::Do(Command::Kind kind, const std::string& what) {
  command_[0].kind = kind;
  const std::uint32_t number = command_[0].number.load(std::memory_order_relaxed) + 1;
  command_[0].number.store(number, std::memory_order_release);
  const auto is_done = [&](const WorkerBoard& board) {
    return board.done.load(std::memory_order_acquire) == number;
  };
  Nanos moved = NowNanos();
  std::uint64_t ready = Sum(&WorkerBoard::ready);
  while (!std::all_of(boards_.all().begin(), boards_.all().end(), is_done)) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show(what);
    const std::uint64_t now_ready = Sum(&WorkerBoard::ready);
    if (std::exchange(ready, now_ready) != now_ready) moved = NowNanos();
    if (kind == Command::Kind::kConnect && options_.connects_per_s == 0 && NowNanos() - moved > kNoProgress) {
      return MakeStatus(StatusCode::kUnavailable,
                        "the server has not answered for 20 s, after " + std::to_string(ready) +
                            " connections; see its log, and whether --server names its presence port");
    }
  }
  return true;
}

StatusOr<bool> Conductor::SettleAndVerify(HeardFigures& heard) {
  const Nanos deadline = NowNanos() + ToNanos(options_.settle);
  do {
    OOFGG_ASSIGN_OR_RETURN(const bool quiet, WaitUntilQuiet(deadline));
    OOFGG_ASSIGN_OR_RETURN(const bool verified,
                           quiet ? Do(Command::Kind::kVerify, "verifying") : StatusOr<bool>(false));
    heard = HeardNow();
    if (!verified) return false;
  } while (heard.lost > 0 && NowNanos() < deadline);
  return true;
}

StatusOr<bool> Conductor::WaitUntilQuiet(Nanos deadline) {
  Nanos since = NowNanos();
  std::uint64_t heard = Heardings();
  while (NowNanos() - since < kQuiet && NowNanos() < deadline) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show("settling");
    const std::uint64_t now_heard = Heardings();
    if (std::exchange(heard, now_heard) != now_heard) since = NowNanos();
  }
  return true;
}

/// Allocators give back, and buffers are let go, a little after the last byte.
StatusOr<bool> Conductor::WaitUntilSteady() {
  constexpr Nanos kBetween = 500 * kNanosPerMilli;
  constexpr std::uint64_t kSame = std::uint64_t{256} * 1024;
  constexpr int kLooks = 20;
  std::uint64_t before = 0;
  for (int look = 0; look < kLooks; ++look) {
    const auto cost = ServerCost();
    if (!cost.has_value()) return true;
    const std::uint64_t now = cost->private_bytes;
    if (std::max(now, before) - std::min(now, before) < kSame) return true;
    before = now;
    OOFGG_ASSIGN_OR_RETURN(const bool whole, Wait(kBetween, "waiting until memory is steady"));
    if (!whole) return false;
  }
  return true;
}

StatusOr<bool> Conductor::Wait(Nanos time, const std::string& what) {
  const Nanos end = NowNanos() + time;
  while (NowNanos() < end) {
    if (pool_.WaitAMoment()) return false;
    OOFGG_RETURN_IF_ERROR(Look());
    Show(what);
  }
  return true;
}

Status Conductor::Look() {
  OOFGG_RETURN_IF_ERROR(pool_.Check());
  // One that fails may be an accident; when none succeeds, there is no server.
  const bool hopeless = Sum(&WorkerBoard::ready) == 0 && Sum(&WorkerBoard::failed) > 0;
  if (!hopeless) return {};
  for (const WorkerBoard& board : boards_.all()) {
    if (!board.has_trouble.load(std::memory_order_acquire)) continue;
    return MakeStatus(StatusCode::kUnavailable,
                      "nobody could connect to " + options_.server + ": " + WithCure(board.trouble.data()));
  }
  return {};
}

void Conductor::Show(const std::string& what, bool done) {
  const Nanos now = NowNanos();
  if (!done && now - shown_ < kShowEvery) return;
  shown_ = now;
  progress_(done ? what
                 : what + "; " + std::to_string(Sum(&WorkerBoard::ready)) + " connected, " +
                       std::to_string(Heardings()) + " heard",
            done);
}

void Conductor::Quit() {
  command_[0].kind = Command::Kind::kQuit;
  command_[0].number.fetch_add(1, std::memory_order_release);
  pool_.Join();
}

std::uint64_t Conductor::Sum(Tally WorkerBoard::*count) const {
  std::uint64_t sum = 0;
  for (const WorkerBoard& board : boards_.all()) sum += (board.*count).get();
  return sum;
}

std::uint64_t Conductor::Heardings() const {
  std::uint64_t sum = 0;
  ForPhase([&](const PhaseTallies& tallies) {
    for (const Tally& heard : tallies.heard) sum += heard.get();
  });
  return sum;
}

Latency Conductor::Merged(Histogram PhaseTallies::*histogram) const {
  const auto merged = std::make_unique<Histogram>();
  ForPhase([&](const PhaseTallies& tallies) { merged->Merge(tallies.*histogram); });
  return InShort(*merged);
}

HeardFigures Conductor::HeardNow() const {
  HeardFigures figures;
  ForPhase([&](const PhaseTallies& tallies) { Merge(figures, tallies); });
  return figures;
}

std::optional<ProcessCost> Conductor::ServerCost() const {
  if (options_.server_pids.empty()) return std::nullopt;
  const auto cost = ReadCost(options_.server_pids);
  return cost.ok() ? std::optional(*cost) : std::nullopt;
}

std::optional<double> Conductor::ServerSeconds() const {
  const auto cost = ServerCost();
  if (!cost.has_value()) return std::nullopt;
  return cost->user_seconds + cost->system_seconds;
}

}  // namespace

StatusOr<LoadReport> RunPresenceLoad(const PresenceLoadOptions& options, const LoadProgress& progress) {
  OOFGG_RETURN_IF_ERROR(Check(options));
  OOFGG_ASSIGN_OR_RETURN(const sockaddr_in server, LoopbackServer(options.server));
  OOFGG_RETURN_IF_ERROR(ReadCost(options.server_pids).status());
  const FriendGraph graph = BuildGraph(options);
  if (graph.longest_list() > kMostFriends) {
    return InvalidField("--friends", "makes a list of more than 5000; ask for fewer");
  }
  const User users = graph.users();
  OOFGG_ASSIGN_OR_RETURN(const SourcePlan sources,
                         PlanSources(options.source, users, PerAddress(options, graph)));
  OOFGG_ASSIGN_OR_RETURN(TruthBoard truth, TruthBoard::Make(users));
  OOFGG_ASSIGN_OR_RETURN(Followers followers, Followers::Make(graph, truth));
  std::optional<TlsClient> tls;
  if (options.protocol == Protocol::kTls) {
    OOFGG_ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(options.server));
    OOFGG_ASSIGN_OR_RETURN(tls, TlsClient::Make(options.ca_file, address.host));
  }
  const std::uint32_t workers = WorkersFor(options);
  const std::size_t phases = options.steps.size() + options.rates.size();
  OOFGG_ASSIGN_OR_RETURN(auto command, SharedArray<Command>::Make(1));
  OOFGG_ASSIGN_OR_RETURN(auto boards, SharedArray<WorkerBoard>::Make(workers));
  OOFGG_ASSIGN_OR_RETURN(auto tallies, SharedArray<PhaseTallies>::Make(workers * phases));
  OOFGG_ASSIGN_OR_RETURN(auto rounds, SharedArray<CelebrityRound>::Make(kRounds));
  const LinkPlan plan{.server = server,
                      .sources = sources,
                      .graph = graph,
                      .truth = truth,
                      .first_id = options.first_id > 0 ? options.first_id : FirstIdOfNow(),
                      .workers = workers,
                      .users = users,
                      .keep_alive = ToNanos(options.keep_alive)};
  const FriendGraph::MostWatched most = graph.FindMostWatched();
  LoadReport report{.protocol = NameOf(options.protocol),
                    .graph = options.shape == GraphShape::kRegular ? "regular" : "power-law",
                    .connections = users,
                    .friends = options.friends,
                    .seed = options.seed,
                    .workers = workers,
                    .source_addresses = sources.addresses,
                    .list_entries = graph.entries(),
                    .most_watched_id = plan.IdOf(most.user),
                    .most_watched_by = most.followers};
  Conductor conductor(options, progress, plan, std::move(tls), truth, followers, std::move(command),
                      std::move(boards), std::move(tallies), std::move(rounds));
  OOFGG_RETURN_IF_ERROR(conductor.Run(report));
  return report;
}

}  // namespace oofgg::load
