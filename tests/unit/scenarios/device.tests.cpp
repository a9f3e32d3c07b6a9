// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

#include <vernier/scenarios/dynamic_batcher.hpp>
#include <vernier/scenarios/virtual_device.hpp>

using namespace vernier::scenarios;

namespace {

BatchPolicy policy(std::size_t max, std::vector<std::size_t> preferred, std::int64_t delay_ns, std::size_t instances = 1) {
  return {max, std::move(preferred), delay_ns, instances};
}

DeviceModel model(std::vector<std::int64_t> latency_ns, BatchPolicy batching) {
  DeviceModel m;
  auto service = Service::table(std::move(latency_ns));
  REQUIRE(service);
  m.service = *service;
  m.batching = std::move(batching);
  REQUIRE_FALSE(refuse(m));
  return m;
}

std::vector<std::int64_t> done_times(const DeviceModel& m, const std::vector<std::int64_t>& arrivals) {
  VirtualDevice device(m);
  std::vector<std::uint32_t> samples(arrivals.size());
  std::iota(samples.begin(), samples.end(), 0u);
  Completions c;
  device.serve(arrivals, samples, c);
  return c.done_ns;
}

using Times = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("The batcher decides as Triton's does", "[scenarios]") {
  const auto taken = [](const BatchPolicy& p, std::size_t waiting, std::int64_t age) { return decide(p, waiting, age).take; };
  SECTION("without a delay everything that fits goes at once") {
    const auto p = policy(8, {}, 0);
    CHECK(taken(p, 1, 0) == 1);
    CHECK(taken(p, 7, 0) == 7);
    CHECK(taken(p, 20, 0) == 8);
  }
  SECTION("without a delay the largest preferred size that can be formed goes before the rest") {
    const auto p = policy(8, {2, 4}, 0);
    CHECK(taken(p, 1, 0) == 1);
    CHECK(taken(p, 3, 0) == 2);
    CHECK(taken(p, 7, 0) == 4);
  }
  SECTION("with a delay a batch waits for a preferred size until the oldest sample is due") {
    const auto p = policy(8, {4, 8}, 1000);
    CHECK(taken(p, 3, 0) == 0);
    CHECK(decide(p, 3, 400).wait_ns == 600);
    CHECK(taken(p, 4, 0) == 4);
    CHECK(taken(p, 7, 999) == 4);
    CHECK(taken(p, 7, 1000) == 7);  // once due, all that fit go
    CHECK(taken(p, 3, 1000) == 3);
    CHECK(taken(p, 30, 1000) == 8);
  }
  SECTION("no preferred size means the largest batch") {
    const auto p = policy(8, {}, 1000);
    CHECK(taken(p, 7, 0) == 0);
    CHECK(taken(p, 8, 0) == 8);
    CHECK(taken(p, 7, 1000) == 7);
  }
  SECTION("a preferred size below the largest goes without waiting for more") {
    CHECK(taken(policy(8, {2}, 1000), 5, 0) == 2);
  }
  CHECK(refuse(policy(4, {8}, 0)));
  CHECK(refuse(policy(0, {}, 0)));
  CHECK(refuse(policy(1, {}, -1)));
  CHECK(refuse(policy(1, {}, 0, 0)));
}

TEST_CASE("A FIFO device serves one sample after the other", "[scenarios]") {
  CHECK(done_times(model({100}, {}), {0, 10, 500}) == Times{100, 200, 600});
}

TEST_CASE("A pipelined device accepts the next sample after its interval", "[scenarios]") {
  DeviceModel m;
  m.service = *Service::pipelined({100}, {30});
  CHECK(m.service.is_pipelined());
  CHECK(done_times(m, {0, 10, 500}) == Times{100, 130, 600});
}

TEST_CASE("Batches form while the device is busy and after the queue delay", "[scenarios]") {
  // 0 leaves alone; 10, 20, 30 wait for it and go together at 100; 1000 waits its delay for company that comes at 1030
  const auto greedy = model({100, 110, 120, 130}, policy(4, {}, 0));
  CHECK(done_times(greedy, {0, 10, 20, 30, 1000, 1030}) == Times{100, 220, 220, 220, 1100, 1200});
  const auto patient = model({100, 110, 120, 130}, policy(4, {}, 50));
  CHECK(done_times(patient, {0, 10, 20, 30, 1000, 1030}) == Times{160, 160, 160, 160, 1160, 1160});
  const auto alone = model({100, 110, 120, 130}, policy(4, {}, 50));
  CHECK(done_times(alone, {0, 60}) == Times{150, 250});  // 60 arrived when 0 had left; it is due when the device is free
}

TEST_CASE("Several instances serve side by side and the first free one takes the next batch", "[scenarios]") {
  CHECK(done_times(model({100}, policy(1, {}, 0, 2)), {0, 10, 20, 30}) == Times{100, 110, 200, 210});
  CHECK(done_times(model({100, 150}, policy(2, {}, 0, 2)), {0, 0, 0, 5, 6}) == Times{150, 150, 100, 250, 250});
}

TEST_CASE("A token device times first tokens and answers by their length", "[scenarios]") {
  DeviceModel m;
  m.tokens = TokenService{*Service::table({1000, 1500}), *Service::table({10, 12}),
                          [](std::uint32_t sample) { return sample == 0 ? std::int64_t{101} : std::int64_t{11}; }};
  m.batching = policy(2, {}, 0);
  VirtualDevice device(m);
  Completions c;
  const Times arrivals{0, 0, 5};
  const std::vector<std::uint32_t> samples{0, 1, 2};
  device.serve(arrivals, samples, c);
  CHECK(c.first_token_ns == Times{1500, 1500, 3700});
  CHECK(c.done_ns == Times{2700, 1620, 3800});  // the third waits for the longest of the batch
  CHECK(c.tokens == Times{101, 11, 11});
}

TEST_CASE("Service tables that contradict themselves are refused", "[scenarios]") {
  CHECK_FALSE(Service::table({}));
  CHECK_FALSE(Service::table({0}));
  CHECK_FALSE(Service::pipelined({10}, {11}));
  CHECK_FALSE(Service::pipelined({10, 20}, {5}));
  DeviceModel m;
  m.batching.max_batch_size = 2;
  CHECK(refuse(m));
}

namespace {

/// Holds every batch until it is told how many may go, and remembers their sizes.
class Gate {
 public:
  void run(std::span<const IssuedSample> batch) {
    std::unique_lock lock(mutex_);
    sizes_.push_back(batch.size());
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for_batches(std::size_t n) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return sizes_.size() >= n; }));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  std::vector<std::size_t> sizes() {
    const std::lock_guard lock(mutex_);
    return sizes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> sizes_;
  bool open_ = false;
};

std::vector<IssuedSample> samples(std::size_t n) { return std::vector<IssuedSample>(n); }

}  // namespace

TEST_CASE("In real time samples that wait behind a batch form the batches of virtual time", "[scenarios]") {
  for (const auto& p : {policy(4, {}, 0), policy(8, {2, 4}, 0), policy(8, {5}, 0), policy(3, {}, 0)}) {
    Gate gate;
    std::size_t expected_batches = 0;
    const DeviceModel m = model(Times(p.max_batch_size, 1000), p);
    // one sample occupies the instance, eleven more arrive meanwhile
    Times arrivals(12, 1);
    arrivals[0] = 0;
    std::vector<std::size_t> expected;
    std::int64_t last = -1;
    for (const std::int64_t t : done_times(m, arrivals)) {
      if (t != last) expected.push_back(0);
      ++expected.back();
      last = t;
    }
    expected_batches = expected.size();
    {
      DynamicBatcher batcher(p, [&](std::size_t, std::span<const IssuedSample> batch) { gate.run(batch); });
      batcher.submit(samples(1));
      gate.wait_for_batches(1);
      batcher.submit(samples(11));
      gate.open();
      gate.wait_for_batches(expected_batches);
    }
    CHECK(gate.sizes() == expected);
  }
}

TEST_CASE("In real time a batch waits for company until its delay and not longer", "[scenarios]") {
  Gate gate;
  gate.open();
  DynamicBatcher batcher(policy(4, {}, 30'000'000), [&](std::size_t, std::span<const IssuedSample> b) { gate.run(b); });
  const auto start = std::chrono::steady_clock::now();
  batcher.submit(samples(1));
  batcher.submit(samples(2));
  gate.wait_for_batches(1);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
  CHECK(gate.sizes() == std::vector<std::size_t>{3});
  batcher.submit(samples(4));  // full: goes at once
  gate.wait_for_batches(2);
  CHECK(gate.sizes() == std::vector<std::size_t>{3, 4});
}

TEST_CASE("In real time every instance runs a batch of its own and none is lost at the end", "[scenarios]") {
  Gate gate;
  std::atomic<std::uint32_t> used{0};
  {
    DynamicBatcher batcher(policy(2, {}, 1'000'000'000, 3), [&](std::size_t instance, std::span<const IssuedSample> b) {
      used |= 1u << instance;
      gate.run(b);
    });
    batcher.submit(samples(6));
    gate.wait_for_batches(3);  // all three held at the same time
    batcher.submit(samples(1));
    gate.open();
  }
  CHECK(used == 7u);
  CHECK(gate.sizes() == std::vector<std::size_t>{2, 2, 2, 1});
}
