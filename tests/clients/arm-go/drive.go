// armappcontainers: a session pool from creation to deletion, with a token of the managed identity.
// The variables are those of `dynsessions env`.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	apps "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/appcontainers/armappcontainers/v3"
)

const (
	name            = "go-pool"
	secondsPerCall  = 60
	dataPlaneScope  = "https://dynamicsessions.io/.default"
	executionsQuery = "/executions?identifier=a-session&api-version=2025-10-02-preview"
)

var group = os.Getenv("AZURE_RESOURCE_GROUP")

type driver struct {
	pools      *apps.ContainerAppsSessionPoolsClient
	credential azcore.TokenCredential
}

func newDriver() (*driver, error) {
	emulator := cloud.Configuration{
		ActiveDirectoryAuthorityHost: os.Getenv("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"),
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {
				Endpoint: os.Getenv("ARM_RESOURCE_MANAGER_ENDPOINT"),
				Audience: os.Getenv("ARM_RESOURCE_MANAGER_AUDIENCE"),
			},
		},
	}
	options := policy.ClientOptions{Cloud: emulator}
	credential, err := azidentity.NewDefaultAzureCredential(
		&azidentity.DefaultAzureCredentialOptions{ClientOptions: options})
	if err != nil {
		return nil, err
	}
	pools, err := apps.NewContainerAppsSessionPoolsClient(
		os.Getenv("AZURE_SUBSCRIPTION_ID"), credential, &arm.ClientOptions{ClientOptions: options})
	return &driver{pools, credential}, err
}

func equal[T comparable](found, expected T) error {
	if found != expected {
		return fmt.Errorf("%v instead of %v", found, expected)
	}
	return nil
}

// refusedWith checks the code and the status that the service gave.
func refusedWith(err error, code string, status int) error {
	var refusal *azcore.ResponseError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("no refusal, but %v", err)
	}
	return errors.Join(equal(refusal.ErrorCode, code), equal(refusal.StatusCode, status))
}

func (d *driver) create(ctx context.Context) error {
	poller, err := d.pools.BeginCreateOrUpdate(ctx, group, name, apps.SessionPool{
		Location: to.Ptr("northeurope"),
		Properties: &apps.SessionPoolProperties{
			ContainerType:      to.Ptr(apps.ContainerTypePythonLTS),
			PoolManagementType: to.Ptr(apps.PoolManagementTypeDynamic),
			ScaleConfiguration: &apps.ScaleConfiguration{MaxConcurrentSessions: to.Ptr[int32](3)},
			DynamicPoolConfiguration: &apps.DynamicPoolConfiguration{
				LifecycleConfiguration: &apps.LifecycleConfiguration{
					LifecycleType:           to.Ptr(apps.LifecycleTypeTimed),
					CooldownPeriodInSeconds: to.Ptr[int32](300),
				},
			},
			SessionNetworkConfiguration: &apps.SessionNetworkConfiguration{
				Status: to.Ptr(apps.SessionNetworkStatusEgressDisabled),
			},
		},
	}, nil)
	if err != nil {
		return err
	}
	pool, err := poller.PollUntilDone(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(
		equal(*pool.Properties.ProvisioningState, apps.SessionPoolProvisioningStateSucceeded),
		equal(*pool.Properties.ScaleConfiguration.MaxConcurrentSessions, 3))
}

func (d *driver) get(ctx context.Context) error {
	pool, err := d.pools.Get(ctx, group, name, nil)
	if err != nil {
		return err
	}
	lifecycle := pool.Properties.DynamicPoolConfiguration.LifecycleConfiguration
	return errors.Join(
		equal(*pool.Location, "North Europe"),
		equal(*lifecycle.CooldownPeriodInSeconds, 300),
		equal(strings.HasPrefix(*pool.Properties.PoolManagementEndpoint, "https://"), true))
}

func isIn(pools []*apps.SessionPool) error {
	for _, pool := range pools {
		if *pool.Name == name {
			return nil
		}
	}
	return errors.New("the pool is not listed")
}

func (d *driver) list(ctx context.Context) error {
	ofGroup, err := d.pools.NewListByResourceGroupPager(group, nil).NextPage(ctx)
	if err != nil {
		return err
	}
	ofSubscription, err := d.pools.NewListBySubscriptionPager(nil).NextPage(ctx)
	if err != nil {
		return err
	}
	return errors.Join(isIn(ofGroup.Value), isIn(ofSubscription.Value))
}

func (d *driver) update(ctx context.Context) error {
	change := apps.SessionPoolUpdatableProperties{
		Properties: &apps.SessionPoolUpdatablePropertiesProperties{
			ScaleConfiguration: &apps.ScaleConfiguration{MaxConcurrentSessions: to.Ptr[int32](5)},
		},
	}
	poller, err := d.pools.BeginUpdate(ctx, group, name, change, nil)
	if err != nil {
		return err
	}
	pool, err := poller.PollUntilDone(ctx, nil)
	if err != nil {
		return err
	}
	return equal(*pool.Properties.ScaleConfiguration.MaxConcurrentSessions, 5)
}

// use runs a program at the endpoint that ARM named.
func (d *driver) use(ctx context.Context) error {
	pool, err := d.pools.Get(ctx, group, name, nil)
	if err != nil {
		return err
	}
	scopes := policy.TokenRequestOptions{Scopes: []string{dataPlaneScope}}
	token, err := d.credential.GetToken(ctx, scopes)
	if err != nil {
		return err
	}
	url := *pool.Properties.PoolManagementEndpoint + executionsQuery
	request, err := http.NewRequestWithContext(
		ctx, http.MethodPost, url, bytes.NewBufferString(`{"code": "6 * 7"}`))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Result struct{ ExecutionResult int }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	return equal(answer.Result.ExecutionResult, 42)
}

func (d *driver) refusal(ctx context.Context) error {
	_, err := d.pools.BeginCreateOrUpdate(ctx, group, "refused-pool", apps.SessionPool{
		Location: to.Ptr("northeurope"),
		Properties: &apps.SessionPoolProperties{
			PoolManagementType: to.Ptr(apps.PoolManagementTypeManual),
		},
	}, nil)
	return refusedWith(err, "SessionPoolInvalidPoolManagementType", http.StatusBadRequest)
}

func (d *driver) delete(ctx context.Context) error {
	poller, err := d.pools.BeginDelete(ctx, group, name, nil)
	if err != nil {
		return err
	}
	if _, err = poller.PollUntilDone(ctx, nil); err != nil {
		return err
	}
	_, err = d.pools.Get(ctx, group, name, nil)
	return refusedWith(err, "ResourceNotFound", http.StatusNotFound)
}

func report(operation string, err error) {
	detail := ""
	if err != nil {
		detail = err.Error()
	}
	line := map[string]any{"operation": operation, "ok": err == nil, "detail": detail}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		panic(err)
	}
}

func main() {
	d, err := newDriver()
	if err != nil {
		panic(err)
	}
	operations := []struct {
		name string
		run  func(context.Context) error
	}{
		{"create", d.create}, {"get", d.get}, {"list", d.list}, {"update", d.update},
		{"use", d.use}, {"refusal", d.refusal}, {"delete", d.delete},
	}
	for _, operation := range operations {
		ctx, cancel := context.WithTimeout(context.Background(), secondsPerCall*time.Second)
		report(operation.name, operation.run(ctx))
		cancel()
	}
}
