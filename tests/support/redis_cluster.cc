#include "tests/support/redis_cluster.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/support/eventually.h"

namespace oofgg::testing {
namespace {

constexpr std::size_t kMasters = 3;

/// Who asks for what must be so ends with the test where it is not.
void Insist(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "Redis Cluster: %s\n", what.c_str());
  std::abort();
}

void Tell(const RedisServer& node, const std::string& command) {
  const std::string answer = node.Ask(command);
  Insist(answer == "+OK", command + " on " + node.address() + ": " + answer);
}

bool Has(const RedisServer& node, const std::string& command, const std::string& fact) {
  return node.AskAll(command).find(fact) != std::string::npos;
}

/// Whether a word of CLUSTER NODES, "7" or "0-5460", has the slot.
bool Covers(const std::string& range, int slot) {
  int first = 0;
  int last = 0;
  const int count = std::sscanf(range.c_str(), "%d-%d", &first, &last);
  return count > 0 && first <= slot && slot <= (count > 1 ? last : first);
}

}  // namespace

RedisCluster::RedisCluster() {
  for (std::size_t i = 0; i < 2 * kMasters; ++i) {
    bus_ports_.push_back(FreePort());
    nodes_.push_back(std::make_unique<RedisServer>(
        std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000",
                                 "--cluster-port", std::to_string(bus_ports_.back())}));
  }
  Tell(node(0), "CLUSTER ADDSLOTSRANGE 0 5460");
  Tell(node(1), "CLUSTER ADDSLOTSRANGE 5461 10922");
  Tell(node(2), "CLUSTER ADDSLOTSRANGE 10923 16383");
  MeetAll();
  GiveReplicas();
  Insist(WaitUntilWhole(), "it does not come up");
}

void RedisCluster::MeetAll() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    Tell(node(i), "CLUSTER SET-CONFIG-EPOCH " + std::to_string(i + 1));
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    Tell(node(0),
         "CLUSTER MEET 127.0.0.1 " + std::to_string(node(i).port()) + " " + std::to_string(bus_ports_[i]));
  }
  for (const auto& node : nodes_) {
    Insist(Eventually([&] {
             return Has(*node, "CLUSTER INFO", "cluster_known_nodes:6") &&
                    !Has(*node, "CLUSTER NODES", "handshake");
           }),
           "nodes do not meet");
  }
}

void RedisCluster::GiveReplicas() {
  for (std::size_t i = 0; i < kMasters; ++i) {
    Tell(node(kMasters + i), "CLUSTER REPLICATE " + IdOf(node(i)));
  }
  for (std::size_t i = 0; i < kMasters; ++i) {
    Insist(Eventually([&] {
             return Has(node(i), "INFO replication", "state=online") &&
                    Has(node(kMasters + i), "INFO replication", "master_link_status:up");
           }),
           "a replica does not follow");
  }
}

bool RedisCluster::WaitUntilWhole() const {
  return Eventually([this] {
    return std::all_of(nodes_.begin(), nodes_.end(), [this](const auto& node) {
      return !IsAlive(*node) || Has(*node, "CLUSTER INFO", "cluster_state:ok");
    });
  });
}

std::string RedisCluster::url() const {
  return "redis+cluster://" + nodes_[0]->address() + "," + nodes_[1]->address() + "," + nodes_[2]->address();
}

bool RedisCluster::IsAlive(const RedisServer& node) const {
  return std::find(dead_.begin(), dead_.end(), &node) == dead_.end();
}

void RedisCluster::Kill(RedisServer& node) {
  node.Kill();
  dead_.push_back(&node);
}

/// Asked again where the others did not vote in time, which they now and then do not.
void RedisCluster::HandOver(RedisServer& replica) {
  using Moment = std::chrono::steady_clock;
  Moment::time_point ask_at;
  Insist(Eventually([&] {
           if (Has(replica, "ROLE", "master")) return true;
           if (Moment::now() < ask_at) return false;
           Tell(replica, "CLUSTER FAILOVER");
           ask_at = Moment::now() + std::chrono::seconds(6);
           return false;
         }),
         "a replica does not take over");
}

std::string RedisCluster::IdOf(const RedisServer& node) const {
  const std::string answer = node.AskAll("CLUSTER MYID");
  const std::size_t start = answer.find("\r\n") + 2;
  return answer.substr(start, answer.find("\r\n", start) - start);
}

std::string RedisCluster::SlotOf(const RedisServer& node, const std::string& key) {
  return node.Ask("CLUSTER KEYSLOT " + key).substr(1);
}

/// Each says of itself what it serves: "ID ADDRESS myself,master - 0 0 EPOCH connected 0-5460 5462 …".
RedisServer* RedisCluster::FindMasterOf(const std::string& slot) {
  for (const auto& node : nodes_) {
    if (!IsAlive(*node)) continue;
    std::istringstream lines(node->AskAll("CLUSTER NODES"));
    for (std::string line; std::getline(lines, line);) {
      if (line.find("myself,master") == std::string::npos) continue;
      std::istringstream words(line);
      std::string word;
      for (int i = 0; i < 8; ++i) words >> word;
      while (words >> word) {
        if (word.front() != '[' && Covers(word, std::stoi(slot))) return node.get();
      }
    }
  }
  return nullptr;
}

RedisServer& RedisCluster::MasterOf(const std::string& key) {
  const auto living =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) { return IsAlive(*node); });
  const std::string slot = SlotOf(**living, key);
  RedisServer* master = nullptr;
  Insist(Eventually([&] { return (master = FindMasterOf(slot)) != nullptr; }), "nobody serves " + key);
  return *master;
}

RedisServer& RedisCluster::OtherMaster(const RedisServer& than) {
  for (std::size_t i = 0; i < kMasters; ++i) {
    if (&node(i) != &than && IsAlive(node(i))) return node(i);
  }
  std::abort();
}

void RedisCluster::BeginToMove(const std::string& key, RedisServer& to) {
  RedisServer& from = MasterOf(key);
  const std::string slot = SlotOf(from, key);
  Tell(to, "CLUSTER SETSLOT " + slot + " IMPORTING " + IdOf(from));
  Tell(from, "CLUSTER SETSLOT " + slot + " MIGRATING " + IdOf(to));
}

void RedisCluster::MoveKey(const std::string& key, RedisServer& to) {
  Tell(MasterOf(key), "MIGRATE 127.0.0.1 " + std::to_string(to.port()) + " " + key + " 0 5000");
}

/// The new master first, so that there is always one; the other masters, so that they need not be told by it.
void RedisCluster::EndMove(const std::string& key, RedisServer& to) {
  const std::string command = "CLUSTER SETSLOT " + SlotOf(to, key) + " NODE " + IdOf(to);
  Tell(to, command);
  for (std::size_t i = 0; i < kMasters; ++i) {
    if (&node(i) != &to && IsAlive(node(i))) Tell(node(i), command);
  }
}

void RedisCluster::MoveSlot(const std::string& key, RedisServer& to) {
  RedisServer& from = MasterOf(key);
  const std::string slot = SlotOf(from, key);
  BeginToMove(key, to);
  while (true) {
    std::istringstream lines(from.AskAll("CLUSTER GETKEYSINSLOT " + slot + " 1"));
    std::string line;
    std::string name;
    while (std::getline(lines, line)) name = line;
    if (name.empty() || name.front() == '*') break;
    MoveKey(name.substr(0, name.find('\r')), to);
  }
  EndMove(key, to);
}

}  // namespace oofgg::testing
